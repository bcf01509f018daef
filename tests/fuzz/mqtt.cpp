// SPDX-License-Identifier: Apache-2.0
// Any bytes from a broker to a publishing connection that has messages of QoS 1 or 2 on their way:
// the first byte chooses version, QoS and whether it is live, a byte of 0xFF cuts the connection.
// What is held never grows, and what was taken is in the end confirmed, refused, forgotten or still
// held.
#include "common/mqtt/dialogue.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tlm::mqtt;

constexpr std::size_t kMessages = 8;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

struct Talk {
    Terms terms;
    MessagePool pool{kMessages, 1'000'000};
    PublisherStats stats;
    std::vector<Receipt> receipts;
    std::string out;
    Dialogue dialogue;

    void publish()
    {
        const auto index = pool.take();
        encode(
            Publish{
                .version = terms.version, .qos = dialogue.qos(terms), .topic = "t", .payload = "x"},
            pool[index].packet);
        pool.hold(index);
        dialogue.add(pool, index);
        ++stats.published;
    }

    /// One connection's worth of bytes.
    void live(std::string_view bytes)
    {
        Dialogue::Context context{terms, pool, stats, receipts, out, {}};
        Dialogue::End end;
        for (;;) {
            const auto packet = take_packet(terms.version, bytes);
            if (std::holds_alternative<std::monostate>(packet)) {
                break;
            }
            const auto heard = dialogue.hear(packet, context, end);
            if (heard == Dialogue::Heard::over || heard == Dialogue::Heard::fresh_start) {
                break;
            }
            dialogue.speak(context, 1'000);
        }
        out.clear();
        dialogue.interrupted(pool, stats);
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    Talk talk;
    talk.terms.version = (data[0] & 1U) != 0 ? Version::v5 : Version::v311;
    constexpr unsigned kLive = 0x80;
    talk.terms.qos = static_cast<Qos>((data[0] >> 1U) % 3U);
    talk.dialogue.set_live((data[0] & kLive) != 0);
    std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
    while (!rest.empty()) {
        while (talk.pool.has_room()) {
            talk.publish();
        }
        const auto cut = std::min(rest.find('\xFF'), rest.size());
        talk.live(rest.substr(0, cut));
        rest.remove_prefix(std::min(cut + 1, rest.size()));
        require(talk.pool.size() <= kMessages);
        require(talk.receipts.size() == talk.stats.confirmed);
        const auto open =
            talk.stats.published - talk.stats.confirmed - talk.stats.refused - talk.stats.forgotten;
        require(open <= talk.pool.size());
    }
    return 0;
}
