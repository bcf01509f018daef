// SPDX-License-Identifier: Apache-2.0
// Asks a schema registry over HTTP, in a thread of its own.
#pragma once

#include "common/base/time.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>

namespace tlm::codebook {

struct RegistryOptions {
    std::string url;     ///< http:// or https://, without a user
    std::string login{}; ///< USER:PASSWORD, or empty
    std::string ca_file{};
    milliseconds connect_timeout{5'000};
    milliseconds timeout{10'000};    ///< of a whole answer
    milliseconds retry_after{2'000}; ///< when there was none
    std::size_t max_answer = 4UL * 1024 * 1024;
};

/// A schema as a file of a folder would have it.
struct SchemaFile {
    enum class Kind { descriptors, json };

    Kind kind = Kind::json;
    std::string bytes;
};

struct NotRegistered {
    std::string why{}; ///< why it is of no use; empty: the registry does not know the id
};

/// Not known yet.
struct Unanswered {
    std::string why;
};

using RegistryAnswer = std::variant<SchemaFile, NotRegistered, Unanswered>;

/// One request at a time; redirections are not followed. Used by one thread beside its own.
class RegistryClient {
  public:
    explicit RegistryClient(RegistryOptions options);
    ~RegistryClient(); ///< ends a request that is under way within a second
    RegistryClient(const RegistryClient&) = delete;
    RegistryClient& operator=(const RegistryClient&) = delete;

    /// At once: what is known of the id. A first question is taken to the registry, and so is one
    /// that it could not answer, after a while. An answer is given once, and then forgotten.
    [[nodiscard]] RegistryAnswer ask(std::uint32_t id);

  private:
    class Http;

    struct Question {
        bool open = true; ///< to be taken to the registry
        RegistryAnswer answer;
        Monotonic retry_at{};
    };

    void run(Http& http);
    [[nodiscard]] RegistryAnswer answer_for(Http& http, std::uint32_t id);
    [[nodiscard]] RegistryAnswer look_up(Http& http, std::uint32_t id);
    [[nodiscard]] bool stopping();

    RegistryOptions m_options;
    std::mutex m_mutex; ///< of what follows
    std::condition_variable m_asked;
    std::map<std::uint32_t, Question> m_questions;
    bool m_stop = false;
    std::thread m_thread; ///< last: it uses the others
};

} // namespace tlm::codebook
