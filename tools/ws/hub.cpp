// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/hub.hpp"

#include <algorithm>

namespace tlm::ws {

namespace {

/// Of a page: braces, type, the flag at its end.
constexpr std::size_t kEnvelope = 128;

} // namespace

Hub::Hub(const LastValues& values, std::size_t headroom) : m_values(values), m_headroom(headroom) {}

bool Hub::publish()
{
    if (m_values.version() == m_published) {
        return false;
    }
    m_published = m_values.version();
    m_kept.clear();
    return true;
}

bool Hub::behind(const Cursor& cursor) const noexcept
{
    return cursor.position != kNoSlot || cursor.seen < m_published ||
           cursor.status != m_status_number;
}

FramePtr Hub::next(Cursor& cursor)
{
    if (!behind(cursor)) {
        return nullptr;
    }
    ++m_counters.frames_sent;
    if (cursor.status != m_status_number) {
        cursor.status = m_status_number;
        return m_status;
    }
    if (cursor.position == kNoSlot) {
        cursor.round_top = m_values.version();
    }

    const Key key{cursor.seen, cursor.position};
    FramePtr frame;
    if (const auto kept = m_kept.find(key); kept != m_kept.end()) {
        frame = kept->second;
    } else {
        frame = build(cursor);
        if (m_kept.size() < kMaxKeptFrames) {
            m_kept.emplace(key, frame);
        }
    }
    m_counters.devices_sent += frame->devices;

    // A round that began earlier than the page's maker's must end with its own, older top.
    const auto top = std::min(cursor.round_top, frame->after.round_top);
    const bool in_round = cursor.position != kNoSlot;
    cursor.seen = in_round && frame->after.position == kNoSlot ? top : frame->after.seen;
    cursor.round_top = top;
    cursor.position = frame->after.position;
    return frame;
}

void Hub::set_status(std::string_view members)
{
    auto frame = std::make_shared<Frame>();
    frame->bytes = begin_text("status");
    frame->bytes += ',';
    frame->bytes += members;
    frame->bytes += '}';
    m_status = std::move(frame);
    ++m_status_number;
}

FramePtr Hub::build(const Cursor& cursor)
{
    ++m_counters.frames_built;
    auto frame = std::make_shared<Frame>();
    frame->after = cursor;
    frame->bytes = begin_text(cursor.seen == 0 ? "snapshot" : "update");
    frame->bytes += ",\"devices\":[";
    if (cursor.position != kNoSlot || !append_recent(*frame, cursor.seen)) {
        append_round(*frame, cursor);
    }
    if (frame->devices > 0) {
        frame->bytes.pop_back(); // the last comma
    }
    frame->bytes += frame->after.position == kNoSlot ? "],\"more\":false}" : "],\"more\":true}";
    return frame;
}

/// All changes after `since`, oldest first; false, and nothing appended, when a page is too small.
bool Hub::append_recent(Frame& frame, Version since)
{
    m_recent.clear();
    auto bytes = kEnvelope;
    for (auto slot = m_values.newest(); slot != kNoSlot && m_values.changed(slot) > since;
         slot = m_values.older(slot)) {
        bytes += m_values.text(slot).size() + 1;
        if (bytes > kMaxFrame) {
            return false;
        }
        m_recent.push_back(slot);
    }
    for (auto slot = m_recent.rbegin(); slot != m_recent.rend(); ++slot) {
        (void)append_device(frame, *slot); // it fits: counted above
    }
    frame.after.seen = m_values.version();
    frame.after.round_top = frame.after.seen;
    frame.after.position = kNoSlot;
    return true;
}

void Hub::append_round(Frame& frame, const Cursor& cursor)
{
    const auto start = cursor.position == kNoSlot ? Slot{0} : cursor.position;
    auto slot = m_values.next_changed(start, cursor.seen);
    while (slot != kNoSlot && append_device(frame, slot)) {
        slot = m_values.next_changed(slot + 1, cursor.seen);
    }
    frame.after.position = slot;
    if (slot == kNoSlot) {
        frame.after.seen = cursor.round_top;
    }
}

bool Hub::append_device(Frame& frame, Slot slot) const
{
    const auto& text = m_values.text(slot);
    if (frame.bytes.size() - m_headroom + text.size() + kEnvelope > kMaxFrame) {
        return false;
    }
    frame.bytes += text;
    frame.bytes += ',';
    ++frame.devices;
    return true;
}

std::string Hub::begin_text(std::string_view type) const
{
    std::string text(m_headroom, '\0');
    text += "{\"type\":\"";
    text += type;
    text += '"';
    return text;
}

} // namespace tlm::ws
