// SPDX-License-Identifier: Apache-2.0
#include "common/pg/conninfo.hpp"

#include "common/base/error.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>

namespace tlm::pg {

namespace {

struct FreeOptions {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

Options parse(const std::string& conninfo, std::string& why)
{
    char* message = nullptr;
    Options options{PQconninfoParse(conninfo.c_str(), &message)};
    if (message != nullptr) {
        why = message;
        PQfreemem(message);
        while (!why.empty() && why.back() == '\n') {
            why.pop_back();
        }
    }
    return options;
}

std::string_view value_of(const Options& options, std::string_view keyword)
{
    for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->keyword == keyword) {
            return option->val == nullptr ? std::string_view{} : option->val;
        }
    }
    return {};
}

} // namespace

void check_conninfo(const std::string& conninfo, Origin origin, std::string_view flag)
{
    std::string why;
    const auto options = parse(conninfo, why);
    if (!options) {
        // libpq quotes what it could not read, and that may be a piece of a password.
        throw usage_error(fmt::format("{}: not a connection string; write "
                                      "postgresql://[USER@]HOST[:PORT]/DATABASE or "
                                      "'host=... dbname=...'",
                                      flag));
    }
    for (const auto* keyword : {"password", "sslpassword"}) {
        if (origin == Origin::argv && !value_of(options, keyword).empty()) {
            throw usage_error(fmt::format(
                "{}: a {} here can be seen by every user of this machine: keep it in ~/.pgpass (or "
                "the file that PGPASSFILE names), or put the whole string into a file of mode 0600 "
                "and name that with --postgres-file",
                flag, keyword));
        }
    }
}

std::string describe_conninfo(const std::string& conninfo)
{
    std::string why;
    const auto options = parse(conninfo, why);
    if (!options) {
        return "PostgreSQL";
    }
    const auto or_else = [&](std::string_view keyword, std::string_view other) {
        const auto value = value_of(options, keyword);
        return value.empty() ? other : value;
    };
    return fmt::format("PostgreSQL {}:{}/{}", or_else("host", or_else("hostaddr", "(default)")),
                       or_else("port", "5432"), or_else("dbname", "(default)"));
}

} // namespace tlm::pg
