// SPDX-License-Identifier: Apache-2.0
// Owners of librdkafka's handles; private to this library.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace tlm::kafka {

/// Calls the C function that ends a handle.
template <auto End>
struct Ender {
    template <typename T>
    void operator()(T* handle) const noexcept
    {
        End(handle);
    }
};

using Conf = std::unique_ptr<rd_kafka_conf_t, Ender<rd_kafka_conf_destroy>>;
using TopicConf = std::unique_ptr<rd_kafka_topic_conf_t, Ender<rd_kafka_topic_conf_destroy>>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, Ender<rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Ender<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Ender<rd_kafka_event_destroy>>;
using RdError = std::unique_ptr<rd_kafka_error_t, Ender<rd_kafka_error_destroy>>;
using Headers = std::unique_ptr<rd_kafka_headers_t, Ender<rd_kafka_headers_destroy>>;
using Partitions =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Ender<rd_kafka_topic_partition_list_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Ender<rd_kafka_metadata_destroy>>;

/// Without closing the consumer: that may wait for brokers for ever, so it is done before, under a
/// deadline.
struct ClientEnder {
    void operator()(rd_kafka_t* client) const noexcept
    {
        rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }
};

using ClientHandle = std::unique_ptr<rd_kafka_t, ClientEnder>;

} // namespace tlm::kafka
