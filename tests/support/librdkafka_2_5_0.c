// SPDX-License-Identifier: Apache-2.0
// Preloaded, it makes any librdkafka say that it is 2.5.0, a version that mqtt2kafka warns of.

int rd_kafka_version(void);

int rd_kafka_version(void)
{
    return 0x020500ff;
}
