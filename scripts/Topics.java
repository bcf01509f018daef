// SPDX-License-Identifier: Apache-2.0
// The part of scripts/topics that talks to Kafka: one JVM makes all topics what they should be.

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Usage: Topics BROKERS apply|dry-run|delete NAME[:KEY=VALUE,...]... */
public final class Topics {
    private final Admin admin;
    private final boolean dryRun;

    private Topics(Admin admin, boolean dryRun) {
        this.admin = admin;
        this.dryRun = dryRun;
    }

    /**
     * What one topic should be: "partitions" and "replication-factor", the rest its settings.
     * "new-partitions" is for a topic that is created; one that exists keeps its own number.
     */
    private record Wanted(String name, Optional<Integer> partitions,
                          Optional<Integer> newPartitions, Optional<Short> replicas,
                          Map<String, String> settings) {
        private static Optional<Integer> take(Map<String, String> settings, String key) {
            String text = settings.remove(key);
            if (text != null && !text.matches("[1-9][0-9]{0,4}")) {
                throw new IllegalArgumentException(key + " is a number, not '" + text + "'");
            }
            return Optional.ofNullable(text).map(Integer::valueOf);
        }

        static Wanted parse(String text) {
            String[] halves = text.split(":", 2);
            Map<String, String> settings = new TreeMap<>();
            if (halves.length == 2 && !halves[1].isEmpty()) {
                for (String pair : halves[1].split(",(?=[a-z.-]+=)")) {
                    String[] keyValue = pair.split("=", 2);
                    if (keyValue.length != 2) {
                        throw new IllegalArgumentException("'" + pair + "' is not KEY=VALUE");
                    }
                    settings.put(keyValue[0], keyValue[1]);
                }
            }
            Optional<Integer> partitions = take(settings, "partitions");
            Optional<Integer> newPartitions = take(settings, "new-partitions");
            Optional<Short> replicas =
                take(settings, "replication-factor").map(Integer::shortValue);
            return new Wanted(halves[0], partitions, partitions.or(() -> newPartitions), replicas,
                              settings);
        }
    }

    private static void say(String topic, String what) {
        System.out.println(topic + ": " + what);
    }

    private static <T> T await(KafkaFuture<T> future) throws Throwable {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    private Optional<TopicDescription> find(String name) throws Throwable {
        try {
            var found = await(admin.describeTopics(List.of(name)).allTopicNames());
            return Optional.of(found.get(name));
        } catch (UnknownTopicOrPartitionException e) {
            return Optional.empty();
        }
    }

    private void create(Wanted wanted) throws Throwable {
        if (!dryRun) {
            NewTopic topic = new NewTopic(wanted.name, wanted.newPartitions, wanted.replicas);
            await(admin.createTopics(List.of(topic.configs(wanted.settings))).all());
        }
        int partitions = wanted.newPartitions.orElse(1);
        String replicas = wanted.replicas.map(n -> ", " + n + " replicas").orElse("");
        String settings = wanted.settings.entrySet().stream().map(s -> ", " + s)
            .reduce("", String::concat);
        say(wanted.name, (dryRun ? "would create (" : "created (") + partitions
            + (partitions == 1 ? " partition" : " partitions") + replicas + settings + ")");
    }

    private boolean grow(Wanted wanted, TopicDescription is) throws Throwable {
        int have = is.partitions().size();
        int want = wanted.partitions.orElse(have);
        if (want < have) {
            say(wanted.name, "keeps its " + have + " partitions: Kafka cannot remove any");
        }
        if (want <= have) {
            return false;
        }
        if (!dryRun) {
            var growth = Map.of(wanted.name, NewPartitions.increaseTo(want));
            await(admin.createPartitions(growth).all());
        }
        say(wanted.name, (dryRun ? "would change" : "changed") + " partitions from " + have + " to "
            + want + "; most devices now map to another partition: their older records stay where"
            + " they are, so the order of a device across the change is lost");
        return true;
    }

    private boolean alter(Wanted wanted) throws Throwable {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, wanted.name);
        Config is = await(admin.describeConfigs(List.of(resource)).all()).get(resource);
        List<AlterConfigOp> changes = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (var setting : wanted.settings.entrySet()) {
            ConfigEntry entry = is.get(setting.getKey());
            String have = entry == null ? "unset" : entry.value();
            if (!setting.getValue().equals(have)) {
                changes.add(new AlterConfigOp(new ConfigEntry(setting.getKey(), setting.getValue()),
                                              AlterConfigOp.OpType.SET));
                lines.add(setting.getKey() + " from " + have + " to " + setting.getValue());
            }
        }
        if (!changes.isEmpty() && !dryRun) {
            await(admin.incrementalAlterConfigs(Map.of(resource, changes)).all());
        }
        lines.forEach(line -> say(wanted.name, (dryRun ? "would change " : "changed ") + line));
        return !changes.isEmpty();
    }

    private void apply(Wanted wanted) throws Throwable {
        Optional<TopicDescription> is = find(wanted.name);
        if (is.isEmpty()) {
            create(wanted);
            return;
        }
        int have = is.get().partitions().get(0).replicas().size();
        if (wanted.replicas.isPresent() && wanted.replicas.get() != have) {
            say(wanted.name, "keeps its " + have
                + " replicas: move them with Kafka's kafka-reassign-partitions");
        }
        boolean grown = grow(wanted, is.get());
        boolean altered = alter(wanted);
        if (!grown && !altered) {
            say(wanted.name, "left as it is");
        }
    }

    private void delete(String name) throws Throwable {
        if (find(name).isEmpty()) {
            say(name, "not there");
            return;
        }
        if (!dryRun) {
            await(admin.deleteTopics(List.of(name)).all());
        }
        say(name, dryRun ? "would delete" : "deleted");
    }

    /** Creation is answered before every broker has heard of it; the caller wants to use it. */
    private void waitUntilLed(List<Wanted> all) throws Throwable {
        for (Wanted wanted : all) {
            for (int tries = 0; tries < 100; ++tries) {
                var is = find(wanted.name);
                if (is.isPresent() && is.get().partitions().size() >= wanted.partitions.orElse(1)
                    && is.get().partitions().stream().allMatch(p -> p.leader() != null)) {
                    break;
                }
                Thread.sleep(50);
            }
        }
    }

    public static void main(String[] args) {
        var properties = new Properties();
        properties.put("bootstrap.servers", args[0]);
        properties.put("default.api.timeout.ms", "15000");
        properties.put("request.timeout.ms", "10000");
        String topic = "";
        try (Admin admin = Admin.create(properties)) {
            var topics = new Topics(admin, args[1].startsWith("dry-run"));
            List<Wanted> all = new ArrayList<>();
            for (int i = 2; i < args.length; ++i) {
                all.add(Wanted.parse(topic = args[i]));
            }
            for (Wanted wanted : all) {
                topic = wanted.name;
                if (args[1].endsWith("delete")) {
                    topics.delete(wanted.name);
                } else {
                    topics.apply(wanted);
                }
            }
            if (args[1].equals("apply")) {
                topics.waitUntilLed(all);
            }
        } catch (TimeoutException e) {
            System.err.println("scripts/topics: no answer from " + args[0]
                + " within 15 s: check the address, or start Kafka with scripts/kafka start");
            System.exit(1);
        } catch (Throwable e) {
            System.err.println("scripts/topics: " + topic + ": " + e.getMessage());
            System.exit(e instanceof IllegalArgumentException ? 2 : 1);
        }
    }
}
