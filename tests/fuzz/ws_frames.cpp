// SPDX-License-Identifier: Apache-2.0
// Any bytes from a WebSocket, in two pieces, and what its messages hold.
#include "tools/sim/ws_frames.hpp"

#include "tools/sim/page_message.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace tlm::sim;
    static PageReader pages;
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    WsDecoder decoder;
    for (const auto piece : {bytes.substr(0, size / 2), bytes.substr(size / 2)}) {
        decoder.feed(piece);
        while (const auto message = decoder.next()) {
            if (message->payload.size() > WsDecoder::kLongest) {
                std::abort();
            }
            (void)pages.read(message->payload);
            if (message->kind == WsMessage::Kind::broken) {
                return 0;
            }
        }
    }
    (void)pages.read(bytes);
    return 0;
}
