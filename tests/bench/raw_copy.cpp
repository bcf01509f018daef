// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL takes at best: rows encoded beforehand, in memory, by one COPY.
#include "common/base/units.hpp"
#include "common/pg/copy_in.hpp"
#include "common/record/line_splitter.hpp"
#include "tools/store/row_encoder.hpp"
#include "tools/store/statements.hpp"

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace tlm;

struct Encoded {
    std::vector<std::string> chunks;
    std::size_t rows = 0;
};

/// The rows of stdin as tlm-store sends them: sorted within batches.
Encoded encode(std::size_t batch_rows)
{
    Encoded result;
    LineSplitter lines(1U << 20U);
    RecordReader reader;
    store::Batch batch;
    const auto end_batch = [&] {
        for (const auto index : batch.order(0, batch.size())) {
            if (result.chunks.empty() || result.chunks.back().size() > pg::CopyIn::kChunk) {
                result.chunks.emplace_back();
            }
            store::append_row(result.chunks.back(), batch, batch.row(index));
        }
        result.rows += batch.size();
        batch.clear();
    };
    for (bool open = true; open;) {
        const auto space = lines.space(1U << 16U);
        const auto got = ::read(STDIN_FILENO, space.data(), space.size());
        open = got > 0;
        if (open) {
            lines.filled(static_cast<std::size_t>(got));
        } else {
            lines.finish();
        }
        while (const auto line = lines.next()) {
            const auto verdict = reader.read(line->text);
            batch.add(std::get<Record>(verdict), Input{line->text, {}, 0, {}, false});
            if (batch.size() == batch_rows) {
                end_batch();
            }
        }
    }
    end_batch();
    return result;
}

double copy(const std::string& conninfo, const std::string& table, const Encoded& encoded)
{
    pg::ConnectionSettings settings;
    settings.conninfo = conninfo;
    settings.purpose = "bench";
    pg::Connection connection(settings);
    const pg::TableName name{"", table};
    connection.exec(store::create_table_sql(name), "create the table");
    const auto begun = std::chrono::steady_clock::now();
    std::size_t next = 0;
    pg::CopyIn copy(connection, store::write_sql({name, {}, "", ""}), [&](std::string& out) {
        out += encoded.chunks[next++];
        return next < encoded.chunks.size();
    });
    auto state = copy.step();
    while (state == pg::CopyIn::State::running) {
        pollfd wait{connection.socket(), copy.events(), 0};
        ::poll(&wait, 1, -1);
        state = copy.step();
    }
    if (state == pg::CopyIn::State::failed) {
        throw pg::error_of(copy.failure(), "copy");
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

} // namespace

int main(int argc, char** argv)
try {
    if (argc != 4) {
        std::fputs("usage: bench_raw_copy URI TABLE ROWS_PER_BATCH <records\n", stderr);
        return 2;
    }
    const auto encoded = encode(parse_unsigned(argv[3]).value());
    std::printf("%.3f\n", copy(argv[1], argv[2], encoded));
    return 0;

} catch (const std::exception& error) {
    std::fprintf(stderr, "bench_raw_copy: %s\n", error.what());
    return 1;
}
