// SPDX-License-Identifier: Apache-2.0
#include "common/codebook/registry_client.hpp"

#include "common/base/error.hpp"
#include "common/formats/proto_text.hpp"
#include "common/ops/log.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace tlm::codebook {

namespace dom = simdjson::dom;

namespace {

constexpr long kOk = 200;
/// Bad Request, Not Found, Gone, Unprocessable: about what was asked for, and asking again does
/// not change them. All others are about the registry or us.
constexpr std::array<long, 4> kNoSuchThing{400, 404, 410, 422};
constexpr std::size_t kMostFiles = 100;

struct Free {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};

/// What a registry says of a schema.
struct Registered {
    std::string type; ///< empty: Avro, as registries leave that out
    std::string text;

    struct Reference {
        std::string name;
        std::string subject;
        std::string version;
    };

    std::vector<Reference> references;
};

Unanswered odd_answer()
{
    return {"the schema registry answers, but not as one"};
}

} // namespace

/// One handle, which keeps its connection.
class RegistryClient::Http {
  public:
    Http(RegistryClient& client, const RegistryOptions& options)
        : m_client(client), m_options(options), m_handle(curl_easy_init())
    {
        if (!m_handle) {
            throw fatal_error("libcurl does not start");
        }
    }

    using Answer = std::variant<Registered, NotRegistered, Unanswered>;

    [[nodiscard]] Answer schema(std::uint32_t id)
    {
        return get(fmt::format("/schemas/ids/{}", id));
    }

    [[nodiscard]] Answer schema(const Registered::Reference& reference)
    {
        char* const subject = curl_easy_escape(m_handle.get(), reference.subject.c_str(), 0);
        const std::string path = fmt::format("/subjects/{}/versions/{}",
                                             subject == nullptr ? "" : subject, reference.version);
        curl_free(subject);
        return get(path);
    }

  private:
    static std::size_t on_data(const char* data, std::size_t size, std::size_t count, void* self)
    {
        auto& http = *static_cast<Http*>(self);
        if (http.m_body.size() + size * count > http.m_options.max_answer) {
            http.m_too_long = true;
            return 0;
        }
        http.m_body.append(data, size * count);
        return size * count;
    }

    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
    {
        return static_cast<Http*>(self)->m_client.stopping() ? 1 : 0;
    }

    template <typename Value>
    void set(CURLoption option, Value value)
    {
        if (curl_easy_setopt(m_handle.get(), option, value) != CURLE_OK) {
            throw fatal_error("libcurl is without an option that tlm needs");
        }
    }

    void prepare(const std::string& url)
    {
        curl_easy_reset(m_handle.get());
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(m_options.connect_timeout.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(m_options.timeout.count()));
        set(CURLOPT_WRITEFUNCTION, &Http::on_data);
        set(CURLOPT_WRITEDATA, static_cast<void*>(this));
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &Http::on_progress);
        set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
        if (!m_options.login.empty()) {
            set(CURLOPT_USERPWD, m_options.login.c_str());
            set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        }
        if (!m_options.ca_file.empty()) {
            set(CURLOPT_CAINFO, m_options.ca_file.c_str());
        }
    }

    Answer get(const std::string& path)
    {
        const std::string url = m_options.url + path;
        m_body.clear();
        m_too_long = false;
        prepare(url);
        const CURLcode code = curl_easy_perform(m_handle.get());
        long status = 0;
        curl_easy_getinfo(m_handle.get(), CURLINFO_RESPONSE_CODE, &status);
        if (m_too_long) {
            return too_long(url, status);
        }
        if (code != CURLE_OK) {
            return Unanswered{fmt::format("{}: {}", url, curl_easy_strerror(code))};
        }
        if (std::find(kNoSuchThing.begin(), kNoSuchThing.end(), status) != kNoSuchThing.end()) {
            return NotRegistered{};
        }
        if (status != kOk) {
            return Unanswered{fmt::format("{}: the schema registry answers {}", url, status)};
        }
        return parse();
    }

    /// A schema never changes: what is too long stays so.
    [[nodiscard]] Answer too_long(const std::string& url, long status) const
    {
        const auto why =
            fmt::format("{}: the answer is longer than {} bytes", url, m_options.max_answer);
        return status == kOk ? Answer{NotRegistered{why}} : Answer{Unanswered{why}};
    }

    Answer parse()
    {
        dom::parser parser;
        dom::object object;
        std::string_view text;
        Registered read;
        if (parser.parse(m_body).get_object().get(object) != simdjson::SUCCESS ||
            object["schema"].get_string().get(text) != simdjson::SUCCESS) {
            return odd_answer();
        }
        read.text = text;
        if (object["schemaType"].get_string().get(text) == simdjson::SUCCESS) {
            read.type = text;
        }
        dom::array references;
        if (object["references"].get_array().get(references) == simdjson::SUCCESS) {
            for (auto element : references) {
                std::string_view name;
                std::string_view subject;
                std::int64_t version = 0;
                if (element["name"].get_string().get(name) != simdjson::SUCCESS ||
                    element["subject"].get_string().get(subject) != simdjson::SUCCESS ||
                    element["version"].get_int64().get(version) != simdjson::SUCCESS) {
                    return odd_answer();
                }
                read.references.push_back(
                    {std::string{name}, std::string{subject}, std::to_string(version)});
            }
        }
        return read;
    }

    RegistryClient& m_client;
    const RegistryOptions& m_options;
    std::unique_ptr<CURL, Free> m_handle;
    std::string m_body;
    bool m_too_long = false; ///< and cut off
};

namespace {

/// The schema and what it imports, imports first.
template <typename Http>
class ProtoCollector {
  public:
    explicit ProtoCollector(Http& http) : m_http(http) {}

    /// Why not, if so: now, or for good.
    using Failure = std::optional<std::variant<Unanswered, NotRegistered>>;

    [[nodiscard]] Failure add(std::string name, Registered schema)
    {
        for (const auto& reference : schema.references) {
            if (!m_seen.insert(reference.name).second) {
                continue;
            }
            if (m_seen.size() > kMostFiles) {
                return NotRegistered{"it has too many references"};
            }
            auto answer = m_http.schema(reference);
            if (auto* none = std::get_if<Unanswered>(&answer)) {
                return std::move(*none);
            }
            auto* found = std::get_if<Registered>(&answer);
            if (const auto* lost = std::get_if<NotRegistered>(&answer);
                lost != nullptr && !lost->why.empty()) {
                return NotRegistered{lost->why};
            }
            if (found == nullptr) {
                return NotRegistered{"the registry does not have " + reference.subject +
                                     ", which it refers to"};
            }
            if (auto failure = add(reference.name, std::move(*found))) {
                return failure;
            }
        }
        m_files.push_back({std::move(name), std::move(schema.text)});
        return std::nullopt;
    }

    [[nodiscard]] const std::vector<formats::ProtoFile>& files() const noexcept { return m_files; }

  private:
    Http& m_http;
    std::set<std::string> m_seen;
    std::vector<formats::ProtoFile> m_files;
};

} // namespace

RegistryClient::RegistryClient(RegistryOptions options) : m_options(std::move(options))
{
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK) {
        throw fatal_error("libcurl does not start");
    }
    // Here, where a failure has somebody who catches it.
    m_thread = std::thread{[this, http = std::make_unique<Http>(*this, m_options)] { run(*http); }};
}

RegistryClient::~RegistryClient()
{
    {
        const std::lock_guard lock{m_mutex};
        m_stop = true;
    }
    m_asked.notify_one();
    m_thread.join();
}

bool RegistryClient::stopping()
{
    const std::lock_guard lock{m_mutex};
    return m_stop;
}

RegistryAnswer RegistryClient::ask(std::uint32_t id)
{
    const std::lock_guard lock{m_mutex};
    const auto [found, first] = m_questions.try_emplace(
        id, Question{true, Unanswered{fmt::format("asking the schema registry for id {}", id)}});
    Question& question = found->second;
    if (first) {
        m_asked.notify_one();
    } else if (!question.open && !std::holds_alternative<Unanswered>(question.answer)) {
        auto answer = std::move(question.answer);
        m_questions.erase(found);
        return answer;
    } else if (!question.open && std::chrono::steady_clock::now() >= question.retry_at) {
        question.open = true;
        m_asked.notify_one();
    }
    return question.answer;
}

/// Nothing may leave the thread but an answer: an exception would end the process.
RegistryAnswer RegistryClient::answer_for(Http& http, std::uint32_t id)
{
    try {
        return look_up(http, id);
    } catch (const std::exception& error) {
        return Unanswered{fmt::format("schema {}: {}", id, error.what())};
    }
}

void RegistryClient::run(Http& http)
{
    std::string said;
    std::unique_lock lock{m_mutex};
    while (!m_stop) {
        auto next = m_questions.begin();
        while (next != m_questions.end() && !next->second.open) {
            ++next;
        }
        if (next == m_questions.end()) {
            m_asked.wait(lock);
            continue;
        }
        const auto id = next->first;
        lock.unlock();
        auto answer = answer_for(http, id);
        lock.lock();
        const auto* const none = std::get_if<Unanswered>(&answer);
        if (none != nullptr && none->why != said && !m_stop) {
            log::warn("{}; messages that need it wait", none->why);
        }
        said = none == nullptr ? std::string{} : none->why;
        auto& question = m_questions[id];
        question.open = false;
        question.answer = std::move(answer);
        question.retry_at = std::chrono::steady_clock::now() + m_options.retry_after;
    }
}

RegistryAnswer RegistryClient::look_up(Http& http, std::uint32_t id)
{
    auto answer = http.schema(id);
    if (auto* unanswered = std::get_if<Unanswered>(&answer)) {
        return std::move(*unanswered);
    }
    if (auto* none = std::get_if<NotRegistered>(&answer)) {
        return std::move(*none);
    }
    auto* const found = std::get_if<Registered>(&answer);
    if (found->type == "JSON") {
        return SchemaFile{SchemaFile::Kind::json, std::move(found->text)};
    }
    if (found->type != "PROTOBUF") {
        return NotRegistered{"it is " + (found->type.empty() ? "Avro" : found->type) +
                             ", which tlm does not read"};
    }
    ProtoCollector collector{http};
    if (auto failure = collector.add(std::to_string(id) + ".proto", std::move(*found))) {
        return std::visit([](auto& why) { return RegistryAnswer{std::move(why)}; }, *failure);
    }
    try {
        return SchemaFile{SchemaFile::Kind::descriptors, formats::compile_proto(collector.files())};
    } catch (const Error& error) {
        return NotRegistered{error.what()};
    }
}

} // namespace tlm::codebook
