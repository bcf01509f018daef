// SPDX-License-Identifier: Apache-2.0
#include "common/formats/cloud_event.hpp"

#include "common/base/base64.hpp"
#include "common/base/json_text.hpp"
#include "common/base/units.hpp"
#include "common/record/guarded_json.hpp"
#include "common/record/raw_json.hpp"

#include <algorithm>
#include <optional>

namespace tlm::formats {

namespace dom = simdjson::dom;

namespace {

constexpr std::string_view kEvents = "application/cloudevents";

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_but_case(std::string_view text, std::string_view lower_case)
{
    return text.size() == lower_case.size() &&
           std::equal(text.begin(), text.end(), lower_case.begin(),
                      [](char a, char b) { return lower(a) == b; });
}

/// `application/json` of `application/json; charset=utf-8`.
std::string_view media_type(std::string_view content_type)
{
    content_type = content_type.substr(0, content_type.find(';'));
    const auto last = content_type.find_last_not_of(" \t");
    return content_type.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// Data without a content type is JSON.
bool is_json(std::string_view content_type)
{
    constexpr std::string_view kSuffix = "+json";
    const auto type = media_type(content_type);
    return type.empty() || equal_but_case(type, "application/json") ||
           equal_but_case(type, "text/json") ||
           (type.size() > kSuffix.size() &&
            equal_but_case(type.substr(type.size() - kSuffix.size()), kSuffix));
}

/// Lower-case letters and digits: all that a name may have.
bool is_attribute_name(std::string_view name)
{
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
}

/// Good enough to tell a URI reference from something else: RFC 3986 has none of these in it.
bool is_uri_reference(std::string_view text)
{
    return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
        return (c >= 0 && c <= ' ') || c == '\x7F' ||
               std::string_view{R"(<>"{}|\^`)"}.find(c) != std::string_view::npos;
    });
}

} // namespace

CloudEventMode cloud_event_mode(std::string_view content_type, bool has_specversion) noexcept
{
    const auto type = media_type(content_type);
    if (type.size() >= kEvents.size() && equal_but_case(type.substr(0, kEvents.size()), kEvents)) {
        return equal_but_case(type.substr(kEvents.size()), "+json") ? CloudEventMode::structured
                                                                    : CloudEventMode::refused;
    }
    return has_specversion ? CloudEventMode::binary : CloudEventMode::none;
}

class CloudEventDecoder::Event {
  public:
    explicit Event(DecodeLimits limits)
        : m_limits(limits), m_envelope(limits.max_depth), m_data(limits.max_depth)
    {}

    Verdict<CloudEvent> structured(std::string_view text, std::string& out)
    {
        start();
        if (!accept_size(text) || !read_envelope(text) || !finish()) {
            return std::move(m_reject);
        }
        return publish(out);
    }

    Verdict<CloudEvent> binary(CloudEventBinding binding, std::span<const Header> headers,
                               std::string_view content_type, std::string_view data,
                               std::string& out)
    {
        start();
        if (!accept_size(data) || !read_headers(binding, headers, content_type) ||
            !add_binary_data(data) || !finish()) {
            return std::move(m_reject);
        }
        return publish(out);
    }

  private:
    bool fail(Reason reason, std::string path, std::string detail)
    {
        m_reject = {reason, std::move(path), std::move(detail)};
        return false;
    }

    bool fail(std::string_view name, std::string_view detail)
    {
        return fail(Reason::bad_cloudevent, '/' + std::string{name}, std::string{detail});
    }

    void start()
    {
        m_attributes.clear();
        m_members.clear();
        m_id.clear();
        m_source.clear();
        m_type.clear();
        m_time.clear();
        m_content_type.clear();
        m_has_version = false;
        m_has_ts = false;
    }

    bool accept_size(std::string_view text)
    {
        return text.size() <= m_limits.max_bytes ||
               fail(Reason::too_long, "", "the event is longer than the limit");
    }

    bool read_envelope(std::string_view text)
    {
        dom::object object;
        auto parsed = m_envelope.parse(text);
        if (auto* reject = std::get_if<Reject>(&parsed)) {
            m_reject = std::move(*reject);
            return false;
        }
        if (std::get<dom::element>(parsed).get_object().get(object) != simdjson::SUCCESS) {
            return fail(Reason::bad_cloudevent, "", "the event is JSON, but not an object");
        }
        std::optional<dom::element> data;
        std::optional<dom::element> encoded;
        for (auto field : object) {
            if (field.value.is_null()) {
                continue; // as if it were not there
            }
            if (field.key == "data") {
                data = field.value;
            } else if (field.key == "data_base64") {
                encoded = field.value;
            } else if (!add_element(field.key, field.value)) {
                return false;
            }
        }
        if (data && encoded) {
            return fail("data_base64", "an event has data or data_base64, not both");
        }
        if (data) {
            const auto raw = raw_member(text, "data");
            return raw.empty() ? fail("data", "its name must not be written with escapes")
                               : add_json_data(*data, raw);
        }
        return !encoded || add_encoded_data(*encoded);
    }

    bool add_element(std::string_view name, dom::element value)
    {
        std::string_view text;
        if (value.get_string().get(text) == simdjson::SUCCESS) {
            return add_text(name, text);
        }
        if (!is_attribute_name(name) || is_core(name) || (!value.is_bool() && !value.is_int64())) {
            return fail(name, "an attribute has a name or type that CloudEvents does not allow");
        }
        append_name(name);
        m_attributes += value.is_bool() ? (value.get_bool().value_unsafe() ? "true" : "false")
                                        : std::to_string(value.get_int64().value_unsafe());
        return true;
    }

    static bool is_core(std::string_view name)
    {
        return name == "specversion" || name == "id" || name == "source" || name == "type" ||
               name == "time" || name == "subject" || name == "datacontenttype" ||
               name == "dataschema";
    }

    bool read_headers(CloudEventBinding binding, std::span<const Header> headers,
                      std::string_view content_type)
    {
        for (std::size_t i = 0; i < headers.size(); ++i) {
            std::string_view name = headers[i].name;
            if (!name.starts_with(binding.prefix)) {
                continue;
            }
            name.remove_prefix(binding.prefix.size());
            if (binding.prefix.empty() && (!is_attribute_name(name) || name == "data")) {
                continue; // somebody else's user property
            }
            const auto is_same = [&](const Header& h) { return h.name == headers[i].name; };
            if (std::any_of(headers.begin(), headers.begin() + static_cast<std::ptrdiff_t>(i),
                            is_same)) {
                return fail(name, "an attribute stands twice");
            }
            if (name != "datacontenttype" && !add_text(name, headers[i].value)) {
                return false;
            }
        }
        return content_type.empty() || add_text("datacontenttype", content_type);
    }

    /// An attribute: judged, kept where it is needed, and put into `ce`.
    bool add_text(std::string_view name, std::string_view value)
    {
        if (!is_attribute_name(name)) {
            return fail(name,
                        "the name of an attribute has other than lower-case letters and digits");
        }
        if (!is_utf8(value)) {
            return fail(name, "an attribute is not UTF-8");
        }
        if (name == "specversion") {
            m_has_version = true;
            return value == "1.0" || fail(name, "specversion is not 1.0");
        }
        if (value.empty() && is_core(name)) {
            return fail(name, "an attribute is empty that must not be");
        }
        if ((name == "source" || name == "dataschema") && !is_uri_reference(value)) {
            return fail(name, "not a URI reference");
        }
        if (name == "time" && !parse_rfc3339(value)) {
            return fail(name, "time is not RFC 3339");
        }
        keep(name, value);
        append_name(name);
        append_json_string(m_attributes, value);
        return true;
    }

    void keep(std::string_view name, std::string_view value)
    {
        if (name == "id") {
            m_id = value;
        } else if (name == "source") {
            m_source = value;
        } else if (name == "type") {
            m_type = value;
        } else if (name == "time") {
            m_time = value;
        } else if (name == "datacontenttype") {
            m_content_type = value;
        }
    }

    void append_name(std::string_view name)
    {
        m_attributes += m_attributes.empty() ? "\"" : ",\"";
        m_attributes += name; // needs no escape
        m_attributes += "\":";
    }

    bool add_binary_data(std::string_view data)
    {
        return data.empty() || (is_json(m_content_type) ? parse_data(data) : add_bytes(data));
    }

    bool add_encoded_data(dom::element encoded)
    {
        std::string_view text;
        m_decoded.clear();
        if (encoded.get_string().get(text) != simdjson::SUCCESS ||
            !append_decoded_base64(m_decoded, text)) {
            return fail("data_base64", "not base64");
        }
        // Unlike `data`, bytes are JSON only when the event says so.
        return !m_content_type.empty() && is_json(m_content_type) ? parse_data(m_decoded)
                                                                  : add_bytes(m_decoded);
    }

    bool parse_data(std::string_view text)
    {
        auto parsed = m_data.parse(text);
        if (auto* reject = std::get_if<Reject>(&parsed)) {
            m_reject = std::move(*reject);
            return false;
        }
        const auto begin = skip_white_space(text, 0);
        const auto end = text.find_last_not_of(kJsonWhiteSpace) + 1;
        return add_json_data(std::get<dom::element>(parsed), text.substr(begin, end - begin));
    }

    /// `raw` is the text of `data`: what is passed on keeps its digits and its order.
    bool add_json_data(dom::element data, std::string_view raw)
    {
        dom::object object;
        if (data.get_object().get(object) != simdjson::SUCCESS) {
            m_members.append("\"data\":").append(raw);
            return true;
        }
        for (auto field : object) {
            m_has_ts = m_has_ts || field.key == "ts";
            if (field.key == "ce") {
                return fail(Reason::duplicate_key, "/ce", "the data has a member `ce` of its own");
            }
        }
        raw.remove_prefix(1);
        raw.remove_suffix(1);
        m_members += raw.substr(skip_white_space(raw, 0));
        return true;
    }

    bool add_bytes(std::string_view data)
    {
        m_members += R"("data_base64":")";
        append_base64(m_members, data);
        m_members += '"';
        return true;
    }

    /// The text of a member of the object `text`, which has it once.
    static std::string_view raw_member(std::string_view text, std::string_view name)
    {
        std::size_t at = skip_white_space(text, 0) + 1;
        for (;;) {
            at = skip_white_space(text, at);
            const std::size_t key_end = skip_string(text, at);
            const auto key = text.substr(at + 1, key_end - at - 2);
            at = skip_white_space(text, text.find(':', key_end) + 1);
            const std::size_t end = skip_value(text, at);
            if (key == name) {
                return text.substr(at, end - at);
            }
            const std::size_t next = skip_white_space(text, end);
            if (text[next] != ',') {
                return {}; // its name is written with escapes
            }
            at = next + 1;
        }
    }

    bool finish()
    {
        if (!m_has_version) {
            return fail(Reason::bad_cloudevent, "", "specversion is missing");
        }
        const char* missing = m_id.empty()       ? "id"
                              : m_source.empty() ? "source"
                              : m_type.empty()   ? "type"
                                                 : nullptr;
        return missing == nullptr ||
               fail(Reason::bad_cloudevent, "", std::string{missing} + " is missing");
    }

    Verdict<CloudEvent> publish(std::string& out) const
    {
        out += '{';
        if (!m_time.empty() && !m_has_ts) {
            out.append(R"("ts":")").append(m_time).append(R"(",)");
        }
        out.append(R"("ce":{)").append(m_attributes).append("}");
        if (!m_members.empty()) {
            out.append(",").append(m_members);
        }
        out += '}';
        return CloudEvent{m_id, m_source, m_type};
    }

    DecodeLimits m_limits;
    GuardedJson m_envelope;
    GuardedJson m_data;
    std::string m_attributes; ///< members of `ce`
    std::string m_members;    ///< of the object, beside `ts` and `ce`
    std::string m_decoded;    ///< out of data_base64
    std::string m_id;
    std::string m_source;
    std::string m_type;
    std::string m_time;
    std::string m_content_type;
    bool m_has_version = false;
    bool m_has_ts = false; ///< the data's own, which counts
    Reject m_reject{};
};

CloudEventDecoder::CloudEventDecoder(DecodeLimits limits) : m_event(std::make_unique<Event>(limits))
{}

CloudEventDecoder::CloudEventDecoder(CloudEventDecoder&&) noexcept = default;
CloudEventDecoder& CloudEventDecoder::operator=(CloudEventDecoder&&) noexcept = default;
CloudEventDecoder::~CloudEventDecoder() = default;

Verdict<CloudEvent> CloudEventDecoder::structured(std::string_view event, std::string& out)
{
    return m_event->structured(event, out);
}

Verdict<CloudEvent> CloudEventDecoder::binary(CloudEventBinding binding,
                                              std::span<const Header> headers,
                                              std::string_view content_type, std::string_view data,
                                              std::string& out)
{
    return m_event->binary(binding, headers, content_type, data, out);
}

} // namespace tlm::formats
