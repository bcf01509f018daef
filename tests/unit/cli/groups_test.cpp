// SPDX-License-Identifier: Apache-2.0
#include "common/cli/groups.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/cli/fixture.hpp"

#include <sys/stat.h>

#include <cstdlib>

namespace tlm::cli {

namespace {

struct Groups {
    KafkaOptions kafka;
    InputOptions input;
    OutputOptions output;
    DlqOptions dlq;
    MetricsOptions metrics;
    ConnectTimeout connect;

    OptionTable table()
    {
        OptionTable table("prog", "do something", "");
        add_input(table, input, kafka, "prog");
        add_output(table, output, kafka);
        add_dlq(table, dlq, kafka);
        add_kafka(table, kafka);
        add_metrics(table, metrics);
        add_connect_timeout(table, connect);
        return table;
    }
};

std::string error_with(const std::vector<const char*>& arguments)
{
    Groups groups;
    return error_of(groups.table(), arguments);
}

} // namespace

TEST_CASE("groups: where input comes from", "[cli]")
{
    Groups kafka;
    OptionTable table = kafka.table();
    REQUIRE(parse_with(table, {"-b", "h:1", "-t", "x"}).outcome == Outcome::run);
    CHECK(kafka.input.from() == InputOptions::From::kafka);
    CHECK(kafka.input.group == "prog");
    Groups files;
    OptionTable other = files.table();
    REQUIRE(parse_with(other, {"a", "-"}).outcome == Outcome::run);
    CHECK(files.input.from() == InputOptions::From::files);
    CHECK(InputOptions{}.from() == InputOptions::From::standard_input);
}

TEST_CASE("groups: what does not go together", "[cli]")
{
    CHECK(error_with({"-t", "x"}) == "--topic needs --brokers (or --kafka-config)");
    CHECK(error_with({"--to-topic", "x"}) == "--to-topic needs --brokers (or --kafka-config)");
    CHECK(error_with({"--dlq", "topic:x"}) ==
          "--dlq topic:NAME needs --brokers (or --kafka-config)");
    CHECK(error_with({"-b", "h:1", "--dlq", "topic:"}) ==
          "--dlq: 'topic:' is not followed by the name of a topic");
    for (const auto* topic : {"--topic=a/b", "--to-topic=a/b", "--dlq=topic:a/b"}) {
        CHECK(error_with({"-b", "h:1", topic}).find("'a/b' cannot be a Kafka topic") !=
              std::string::npos);
    }
    CHECK(error_with({"-b", "h:1", "-t", "x", "file"}) ==
          "--topic and FILE operands exclude each other");
    CHECK(error_with({"--metrics-listen", "localhost"}).find("--metrics-listen: 'localhost'") == 0);
}

TEST_CASE("groups: dead letters go to stderr, a file or a topic", "[cli]")
{
    CHECK(DlqOptions{}.to() == DlqOptions::To::standard_error);
    const DlqOptions file{"./topic:x"};
    CHECK(file.to() == DlqOptions::To::file);
    CHECK(file.file() == "./topic:x");
    CHECK(file.topic().empty());
    const DlqOptions topic{"topic:a.dlq"};
    CHECK(topic.to() == DlqOptions::To::topic);
    CHECK(topic.topic() == "a.dlq");
    CHECK(topic.file().empty());
}

TEST_CASE("groups: secrets are not taken from the command line", "[cli]")
{
    for (const auto* property : {"sasl.password=x", "ssl.key.password=x", "ssl.keystore.password=x",
                                 "sasl.oauthbearer.client.secret=x", "ssl.key.pem=x"}) {
        const std::string text = error_with({"-X", property});
        CHECK(text.find("is a secret") != std::string::npos);
        CHECK(text.find("--kafka-config FILE") != std::string::npos);
        CHECK(text.find("=x") == std::string::npos);
    }
    CHECK(error_with({"-X", "linger.ms"}) == "--property: 'linger.ms' is not NAME=VALUE");
}

TEST_CASE("groups: Kafka properties, the weakest first", "[cli]")
{
    const TemporaryFolder folder;
    KafkaOptions options;
    options.config_file =
        folder.write("p", "bootstrap.servers=file:1\nsasl.password = s#e\"cret\nlinger.ms=1\n");
    options.properties = {"linger.ms=5"};
    options.brokers = "flag:1";
    const KafkaProperties expected{{"bootstrap.servers", "file:1"},
                                   {"sasl.password", "s#e\"cret"},
                                   {"linger.ms", "1"},
                                   {"linger.ms", "5"},
                                   {"bootstrap.servers", "flag:1"}};
    CHECK(kafka_properties(options) == expected);

    std::filesystem::permissions(*options.config_file, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    CHECK_THROWS_WITH(kafka_properties(options), Catch::Contains("everybody may read it"));
    // Without a secret inside, everybody may.
    options.config_file = folder.write("q", "linger.ms=1\n");
    std::filesystem::permissions(*options.config_file, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    CHECK(kafka_properties(options).size() == 3);
}

TEST_CASE("groups: a secret is the line of its file", "[cli]")
{
    const TemporaryFolder folder;
    CHECK(read_secret_file("--password-file", folder.write("a", "pass word\n")) == "pass word");
    CHECK(read_secret_file("--password-file", folder.write("b", "x")) == "x");
    CHECK_THROWS_WITH(read_secret_file("--password-file", folder.write("c", "\n")),
                      Catch::Contains("is empty"));
    CHECK_THROWS_AS(read_secret_file("--password-file", folder.path() / "none"), Error);
    CHECK_THROWS_WITH(
        read_secret_file("--password-file", folder.write("d", std::string(65 << 10, 'x'))),
        Catch::Contains("larger than"));
    const std::string open = folder.write("e", "x\n");
    REQUIRE(::chmod(open.c_str(), 0644) == 0);
    CHECK_THROWS_WITH(read_secret_file("--password-file", open),
                      Catch::Contains("everybody may read it"));
}

TEST_CASE("groups: a relative secret is looked up among systemd's credentials", "[cli]")
{
    const TemporaryFolder folder;
    folder.write("tlm-test-credential", "from systemd\n");
    REQUIRE(::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1) == 0);
    CHECK(read_secret_file("--password-file", "tlm-test-credential") == "from systemd");
    CHECK(find_secret_file("/tlm-test-credential") == "/tlm-test-credential");
    KafkaOptions options;
    folder.write("tlm-test-kafka.conf", "sasl.password=x\n");
    options.config_file = "tlm-test-kafka.conf";
    CHECK(kafka_properties(options) == KafkaProperties{{"sasl.password", "x"}});
    REQUIRE(::unsetenv("CREDENTIALS_DIRECTORY") == 0);
    CHECK_THROWS_AS(read_secret_file("--password-file", "tlm-test-credential"), Error);
}

} // namespace tlm::cli
