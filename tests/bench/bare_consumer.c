/* SPDX-License-Identifier: Apache-2.0
 * Reads all partitions of a topic from the beginning with librdkafka and does nothing with what it
 * gets: what tlm-replay is measured beside. Usage: bare_consumer BROKERS TOPIC PARTITIONS COUNT [TO].
 * It ends after COUNT messages, reads records of committed transactions only and checks checksums,
 * as tlm-replay does. With TO it writes them to that topic, without headers, and waits until they
 * are confirmed, with the settings of tlm-replay --to-topic. */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char text[256];
    if (rd_kafka_conf_set(conf, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) {
        fprintf(stderr, "bare_consumer: %s\n", text);
        exit(1);
    }
}

static rd_kafka_t *make_producer(const char *brokers)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", brokers);
    set(conf, "enable.idempotence", "true");
    set(conf, "compression.codec", "lz4");
    set(conf, "queue.buffering.max.messages", "10000");
    char text[256];
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    if (client == NULL) {
        fprintf(stderr, "bare_consumer: %s\n", text);
        exit(1);
    }
    return client;
}

static void copy(rd_kafka_topic_t *to, rd_kafka_t *producer, const rd_kafka_message_t *message)
{
    while (rd_kafka_produce(to, message->partition, RD_KAFKA_MSG_F_COPY, message->payload,
                            message->len, message->key, message->key_len, NULL) != 0 &&
           rd_kafka_last_error() == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        rd_kafka_poll(producer, 1);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5 && argc != 6) {
        fprintf(stderr, "usage: bare_consumer BROKERS TOPIC PARTITIONS COUNT [TO]\n");
        return 2;
    }
    rd_kafka_t *producer = argc == 6 ? make_producer(argv[1]) : NULL;
    rd_kafka_topic_t *to = producer != NULL ? rd_kafka_topic_new(producer, argv[5], NULL) : NULL;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[1]);
    set(conf, "group.id", "bare");
    set(conf, "enable.auto.commit", "false");
    set(conf, "check.crcs", "true");
    set(conf, "fetch.wait.max.ms", "50");
    /* With its usual queue librdkafka reads faster than we take, and then pauses for up to a second:
     * a queue that takes all lets it run as fast as it can. */
    set(conf, "queued.min.messages", "10000000");
    set(conf, "queued.max.messages.kbytes", "1048576");
    char text[256];
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (client == NULL) {
        fprintf(stderr, "bare_consumer: %s\n", text);
        return 1;
    }
    rd_kafka_poll_set_consumer(client);
    const int partitions = atoi(argv[3]);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int partition = 0; partition < partitions; ++partition) {
        rd_kafka_topic_partition_list_add(list, argv[2], partition)->offset = 0;
    }
    rd_kafka_assign(client, list);
    rd_kafka_topic_partition_list_destroy(list);
    for (long left = atol(argv[4]); left > 0;) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, 1000);
        if (message != NULL) {
            left -= message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
            if (to != NULL && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                copy(to, producer, message);
            }
            rd_kafka_message_destroy(message);
        }
    }
    if (producer != NULL && rd_kafka_flush(producer, 60000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        fprintf(stderr, "bare_consumer: not all is confirmed\n");
        return 1;
    }
    return 0; /* taking the client apart is no part of the measure */
}
