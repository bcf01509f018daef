// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/kafka_source.hpp"

#include "common/base/error.hpp"
#include "common/kafka/consumer.hpp"

#include <algorithm>

namespace tlm::kafka {

struct KafkaSource::Impl : Consumer {
    using Consumer::Consumer;
};

KafkaSource::KafkaSource(const SourceOptions& options, PartitionListener* listener)
    : m_impl(std::make_unique<Impl>(options, listener))
{}

KafkaSource::~KafkaSource() = default;

SourceState KafkaSource::poll(std::vector<Input>& batch, std::size_t max, milliseconds wait)
{
    return m_impl->poll(batch, max, wait);
}

void KafkaSource::commit(std::int32_t partition, std::int64_t next_offset)
{
    m_impl->commit(partition, next_offset);
}

int KafkaSource::wake_fd() const
{
    return m_impl->wake_fd();
}

void KafkaSource::close()
{
    m_impl->close();
}

void KafkaSource::pause()
{
    m_impl->pause();
}

void KafkaSource::resume()
{
    m_impl->resume();
}

bool KafkaSource::paused() const noexcept
{
    return m_impl->paused();
}

void KafkaSource::headers(std::size_t index, std::vector<Header>& headers) const
{
    m_impl->headers(index, headers);
}

std::vector<PartitionState> KafkaSource::partitions() const
{
    return m_impl->partitions();
}

std::int64_t KafkaSource::lag() const
{
    std::int64_t sum = 0;
    for (const auto& state : partitions()) {
        if (state.position >= 0 && state.high > state.position) {
            sum += state.high - state.position;
        }
    }
    return sum;
}

std::uint64_t KafkaSource::lost_records() const noexcept
{
    return m_impl->lost_records();
}

bool KafkaSource::connected() const noexcept
{
    return m_impl->connected();
}

Wait KafkaSource::wait_until_known(milliseconds deadline, int stop_fd)
{
    return m_impl->wait_until_known(deadline, stop_fd);
}

} // namespace tlm::kafka
