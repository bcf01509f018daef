// SPDX-License-Identifier: Apache-2.0
// CopyIn on a libpq that runs out of memory. The functions below stand before libpq's own when this
// program is linked; the connection leads nowhere.
#include "common/pg/copy_in.hpp"
#include "tests/support/catch.hpp"

#include <libpq-fe.h>

#include <string_view>

using namespace tlm;

namespace {

/// What the next calls of libpq answer.
struct Libpq {
    int put_data = 1;
    int put_end = 1;
    const char* message = "";
    int results = 0; ///< of the query, so far
    bool copying = false;
};

Libpq libpq;

pg::Connection connection()
{
    libpq = {};
    return pg::Connection{{.conninfo = "", .purpose = "test"}};
}

/// A COPY of two rows, until it is done or failed.
pg::CopyIn::State run(pg::CopyIn& copy)
{
    auto state = copy.step();
    for (int i = 0; i < 10 && state == pg::CopyIn::State::running; ++i) {
        state = copy.step();
    }
    return state;
}

pg::CopyIn::Rows two_rows(int& given)
{
    given = 0;
    return [&given](std::string& out) {
        out.append(pg::CopyIn::kChunk, 'x');
        return ++given < 2;
    };
}

} // namespace

extern "C" {

PGconn* PQconnectdbParams(const char* const*, const char* const*, int)
{
    static int place = 0;
    return reinterpret_cast<PGconn*>(&place);
}

void PQfinish(PGconn*) {}

ConnStatusType PQstatus(const PGconn*)
{
    return CONNECTION_OK;
}

char* PQerrorMessage(const PGconn*)
{
    return const_cast<char*>(libpq.message);
}

PQnoticeReceiver PQsetNoticeReceiver(PGconn*, PQnoticeReceiver, void*)
{
    return nullptr;
}

int PQsetnonblocking(PGconn*, int)
{
    return 0;
}

int PQsocket(const PGconn*)
{
    return -1;
}

int PQsendQuery(PGconn*, const char* query)
{
    libpq.copying = std::string_view{query}.starts_with("COPY");
    libpq.results = 0;
    return 1;
}

int PQflush(PGconn*)
{
    return 0;
}

int PQconsumeInput(PGconn*)
{
    return 1;
}

int PQisBusy(PGconn*)
{
    return 0;
}

PGresult* PQgetResult(PGconn*)
{
    switch (++libpq.results) {
    case 1:
        return PQmakeEmptyPGresult(nullptr, libpq.copying ? PGRES_COPY_IN : PGRES_COMMAND_OK);
    case 2:
        return libpq.copying ? PQmakeEmptyPGresult(nullptr, PGRES_COMMAND_OK) : nullptr;
    default:
        return nullptr;
    }
}

int PQputCopyData(PGconn*, const char*, int)
{
    return libpq.put_data;
}

int PQputCopyEnd(PGconn*, const char*)
{
    return libpq.put_end;
}

} // extern "C"

TEST_CASE("copy: is done when libpq takes everything", "[pg]")
{
    auto connected = connection();
    int given = 0;
    pg::CopyIn copy(connected, "COPY t FROM STDIN", two_rows(given));
    CHECK(run(copy) == pg::CopyIn::State::done);
    CHECK(given == 2);
}

TEST_CASE("copy: a chunk that libpq has no memory for breaks it off", "[pg]")
{
    auto connected = connection();
    libpq.put_data = 0;
    int given = 0;
    pg::CopyIn copy(connected, "COPY t FROM STDIN", two_rows(given));
    CHECK(run(copy) == pg::CopyIn::State::failed);
    CHECK(given == 1);
    CHECK_FALSE(copy.in_doubt());
    CHECK(copy.failure().message == "out of memory for what is to be sent");
    CHECK(copy.failure().policy() == pg::Policy::reconnect);
    CHECK(copy.step() == pg::CopyIn::State::failed);
}

TEST_CASE("copy: libpq's own words come first", "[pg]")
{
    auto connected = connection();
    libpq.put_data = -1;
    libpq.message = "server closed the connection unexpectedly\n";
    int given = 0;
    pg::CopyIn copy(connected, "COPY t FROM STDIN", two_rows(given));
    CHECK(run(copy) == pg::CopyIn::State::failed);
    CHECK(copy.failure().message == "server closed the connection unexpectedly");
}

TEST_CASE("copy: an end that libpq has no memory for breaks it off", "[pg]")
{
    auto connected = connection();
    libpq.put_end = 0;
    int given = 0;
    pg::CopyIn copy(connected, "COPY t FROM STDIN", two_rows(given));
    CHECK(run(copy) == pg::CopyIn::State::failed);
    CHECK(copy.in_doubt()); // to be on the safe side
}
