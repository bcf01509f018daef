/* SPDX-License-Identifier: Apache-2.0
 * A durable QoS 1 subscriber that does nothing with what it gets, with libmosquitto's own loop:
 * what mqtt2kafka is measured beside. Usage: bare_subscriber PORT ID FILTER COUNT; prints
 * "subscribed", ends after COUNT messages and prints its CPU time and the time since the first
 * message, in microseconds. */
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static long left;
static long begin_us;

static long now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static long cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

static void on_connect(struct mosquitto* m, void* filter, int code, int flags,
                       const mosquitto_property* properties)
{
    (void)flags;
    (void)properties;
    if (code != 0) {
        exit(1);
    }
    mosquitto_subscribe(m, NULL, filter, 1);
}

static void on_subscribe(struct mosquitto* m, void* filter, int id, int count, const int* granted)
{
    (void)m;
    (void)filter;
    (void)id;
    (void)count;
    (void)granted;
    puts("subscribed");
    fflush(stdout);
    if (left == 0) {
        mosquitto_disconnect(m);
    }
}

static void on_message(struct mosquitto* m, void* filter, const struct mosquitto_message* message)
{
    (void)filter;
    (void)message;
    if (begin_us == 0) {
        begin_us = now_us();
    }
    if (--left == 0) {
        mosquitto_disconnect(m);
    }
}

int main(int argc, char** argv)
{
    if (argc != 5) {
        fputs("usage: bare_subscriber PORT ID FILTER COUNT\n", stderr);
        return 2;
    }
    left = strtol(argv[4], NULL, 10);
    mosquitto_lib_init();
    struct mosquitto* const m = mosquitto_new(argv[2], false, argv[3]);
    mosquitto_int_option(m, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(m, MOSQ_OPT_RECEIVE_MAXIMUM, 10000);
    mosquitto_connect_v5_callback_set(m, on_connect);
    mosquitto_subscribe_callback_set(m, on_subscribe);
    mosquitto_message_callback_set(m, on_message);
    mosquitto_property* properties = NULL;
    mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, 3600);
    if (mosquitto_connect_bind_v5(m, "127.0.0.1", (int)strtol(argv[1], NULL, 10), 60, NULL,
                                  properties) != MOSQ_ERR_SUCCESS) {
        return 1;
    }
    mosquitto_loop_forever(m, -1, 1);
    printf("%ld %ld\n", cpu_us(), now_us() - begin_us);
    mosquitto_property_free_all(&properties);
    mosquitto_destroy(m);
    mosquitto_lib_cleanup();
    return left == 0 ? 0 : 1;
}
