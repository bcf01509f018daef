// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/pg/connection.hpp"
#include "common/pg/conninfo.hpp"
#include "tests/support/catch.hpp"

using namespace tlm;

TEST_CASE("conninfo: a password where others can see it is refused", "[pg]")
{
    for (const auto* text : {"postgresql://u:secret@h/d", "host=h password=secret",
                             "postgresql://h/d?password=secret", "host=h sslpassword=secret"}) {
        CAPTURE(text);
        try {
            pg::check_conninfo(text, pg::Origin::argv, "--postgres");
            FAIL("accepted");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::usage);
            CHECK(std::string{error.what()}.find(".pgpass") != std::string::npos);
            CHECK(std::string{error.what()}.find("secret") == std::string::npos);
        }
        CHECK_NOTHROW(pg::check_conninfo(text, pg::Origin::file, "--postgres-file"));
    }
    CHECK_NOTHROW(pg::check_conninfo("postgresql://u@h:5/d", pg::Origin::argv, "--postgres"));
    CHECK_NOTHROW(pg::check_conninfo("", pg::Origin::argv, "--postgres"));
}

TEST_CASE("conninfo: what libpq cannot read is a usage error that repeats nothing", "[pg]")
{
    try {
        pg::check_conninfo("postgresql://u:secr%zzet@h/d", pg::Origin::argv, "--postgres");
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        CHECK(std::string{error.what()}.find("secr") == std::string::npos);
    }
}

TEST_CASE("conninfo: the description holds neither user nor password", "[pg]")
{
    CHECK(pg::describe_conninfo("postgresql://joe:pw@db.example:7/x") ==
          "PostgreSQL db.example:7/x");
    CHECK(pg::describe_conninfo("postgresql://") == "PostgreSQL (default):5432/(default)");
}

TEST_CASE("connection: a server that is not there is a transient error", "[pg]")
{
    pg::ConnectionSettings settings;
    settings.conninfo = "host=127.0.0.1 port=1 dbname=x";
    try {
        const pg::Connection connection(settings);
        FAIL("connected");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::transient);
    }
}

TEST_CASE("connection: failures become errors by their policy", "[pg]")
{
    CHECK(pg::error_of({"53100", "disk full", "", "", "", ""}, "x").kind() == ErrorKind::transient);
    CHECK(pg::error_of({"", "gone", "", "", "", ""}, "x").kind() == ErrorKind::transient);
    CHECK(pg::error_of({"42501", "denied", "", "", "", ""}, "x").kind() == ErrorKind::fatal);
    CHECK(std::string{pg::error_of({"42P01", "no table", "d", "", "", ""}, "write").what()} ==
          "PostgreSQL: cannot write: no table (d) [42P01]");
}
