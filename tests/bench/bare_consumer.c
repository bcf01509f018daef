/* SPDX-License-Identifier: Apache-2.0
 * Reads all partitions of a topic from the beginning with librdkafka and does nothing with what it
 * gets: what tlm-replay is measured beside. Usage: bare_consumer BROKERS TOPIC PARTITIONS COUNT;
 * ends after COUNT messages. It reads records of committed transactions only and checks checksums,
 * as tlm-replay does. */
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

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: bare_consumer BROKERS TOPIC PARTITIONS COUNT\n");
        return 2;
    }
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[1]);
    set(conf, "group.id", "bare");
    set(conf, "enable.auto.commit", "false");
    set(conf, "check.crcs", "true");
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
            rd_kafka_message_destroy(message);
        }
    }
    return 0; /* taking the client apart is no part of the measure */
}
