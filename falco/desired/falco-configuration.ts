import { isObject, type JsonObject } from "../base/json.ts";
import { atLeast } from "../catalog/versions.ts";

/** What falco.yaml depends on. */
export interface FalcoConfigurationInput {
  readonly version: string;
  /** Directories and files, in load order. */
  readonly rulesFiles: readonly string[];
  readonly heartbeat: boolean;
  readonly stdout: boolean;
  /** Where events are posted to with mutual TLS; absent without falcosidekick. */
  readonly url?: string;
  readonly ipv6: boolean;
  /** What the user wants of the container plugin, beside and instead of our own settings. */
  readonly containerPlugin?: ContainerPluginSettings;
  /** Fields that every event carries. */
  readonly staticFields: Readonly<Record<string, string>>;
}

/** The lowest and the highest minor version of Falco whose configuration is known here. */
export const knownFalcoMinors = { lowest: "0.42", highest: "0.44" } as const;

/** Falco's arguments. Before 0.44 only the command line keeps events from waiting in a buffer. */
export function falcoArguments(version: string): readonly string[] {
  return atLeast(version, "0.44") ? ["/usr/bin/falco"] : ["/usr/bin/falco", "-U"];
}

/**
 * falco.yaml, with every key written out: what Falco takes for a missing key is not what its documentation shows (a
 * missing `engine.kind` means the kernel module). Checked in the tests against the schema of each Falco version.
 */
export function falcoConfiguration(input: FalcoConfigurationInput): JsonObject {
  const since044 = atLeast(input.version, "0.44");
  return {
    // Falco reads changed rules by itself; ConfigMaps are mounted as directories for that.
    watch_config_files: true,
    rules_files: input.rulesFiles,
    engine: {
      kind: "modern_ebpf",
      modern_ebpf: {
        cpus_for_each_buffer: 2,
        buf_size_preset: 4,
        drop_failed_exit: false,
        ...(since044 && { disable_iterators: false }),
      },
    },
    load_plugins: ["container"],
    plugins: [containerPlugin(input.containerPlugin ?? {})],
    plugins_hostinfo: true,
    time_format_iso_8601: true,
    buffer_format_base64: false,
    priority: "debug",
    rule_matching: "first",
    ...outputFormat(input),
    ...outputChannels(input),
    webserver: webserver(input),
    log_stderr: true,
    log_syslog: false,
    log_level: "info",
    libs_logger: { enabled: false, severity: "info" },
    syscall_event_timeouts: { max_consecutives: 1000 },
    syscall_event_drops: {
      threshold: 0.1,
      actions: ["log", "alert"],
      rate: 0.03333,
      max_burst: 1,
      simulate_drops: false,
    },
    metrics: metrics(input, since044),
    base_syscalls: { custom_set: [], repair: false, all: false },
    falco_libs: {
      thread_table_size: 262144,
      thread_table_auto_purging_interval_s: 300,
      thread_table_auto_purging_thread_timeout_s: 300,
      snaplen: 80,
    },
    capture: {
      enabled: false,
      path_prefix: "/tmp/falco",
      mode: "rules",
      default_duration: 5000,
      ...(since044 && { max_file_size_mb: 100 }),
    },
  };
}

const off = (socket: string): JsonObject => ({ enabled: false, sockets: [socket] });

/** The settings of the container plugin: any of its own, as its documentation has them; engines are taken one by one. */
export interface ContainerPluginSettings {
  readonly initConfig?: JsonObject;
  readonly openParams?: string;
}

/** The container runtimes that the plugin knows. Its schema wants all of them, and up to 0.6.3 the sockets of disabled ones as well. */
export const containerEngines: JsonObject = {
  bpm: { enabled: false },
  libvirt_lxc: { enabled: false },
  lxc: { enabled: false },
  docker: off("/var/run/docker.sock"),
  podman: off("/run/podman/podman.sock"),
  containerd: off("/run/host-containerd/containerd.sock"),
  // Gardener's nodes run containerd, which answers for pods on its CRI socket.
  cri: { enabled: true, sockets: ["/run/containerd/containerd.sock"] },
};

/** The plugin that brings `container.*` and `k8s.*`. */
function containerPlugin({ initConfig = {}, openParams }: ContainerPluginSettings): JsonObject {
  const { engines, ...others } = initConfig;
  return {
    name: "container",
    library_path: "libcontainer.so",
    init_config: {
      label_max_len: 100,
      with_size: false,
      hooks: ["create"],
      ...others,
      engines: { ...containerEngines, ...(isObject(engines) ? engines : {}) },
    },
    ...(openParams !== undefined && { open_params: openParams }),
  };
}

function outputFormat({ staticFields }: FalcoConfigurationInput): JsonObject {
  return {
    json_output: true,
    json_include_output_property: true,
    json_include_message_property: false,
    // falcosidekick refuses events without output_fields.
    json_include_output_fields_property: true,
    json_include_tags_property: true,
    buffered_outputs: false,
    output_timeout: 2000,
    // A destination that hangs would otherwise fill the memory: rather lose events than Falco.
    outputs_queue: { capacity: 10000 },
    append_output: [{ suggested_output: true }],
    static_fields: staticFields,
  };
}

function outputChannels({ stdout, url }: FalcoConfigurationInput): JsonObject {
  return {
    stdout_output: { enabled: stdout },
    syslog_output: { enabled: false },
    file_output: { enabled: false, keep_alive: false, filename: "/var/log/falco/events.log" },
    program_output: { enabled: false, keep_alive: false, program: "true" },
    http_output: {
      enabled: url !== undefined,
      url: url ?? "",
      user_agent: "falcosecurity/falco",
      insecure: false,
      ca_cert: url === undefined ? "" : "/etc/falco/certs/server.ca.crt",
      ca_bundle: "",
      ca_path: "",
      mtls: url !== undefined,
      client_cert: url === undefined ? "" : "/etc/falco/certs/client.crt",
      client_key: url === undefined ? "" : "/etc/falco/certs/client.key",
      echo: false,
      compress_uploads: false,
      keep_alive: true,
      max_consecutive_timeouts: 5,
    },
  };
}

function webserver({ ipv6 }: FalcoConfigurationInput): JsonObject {
  return {
    enabled: true,
    threadiness: 0,
    listen_port: 8765,
    listen_address: ipv6 ? "::" : "0.0.0.0",
    k8s_healthz_endpoint: "/healthz",
    prometheus_metrics_enabled: true,
    ssl_enabled: false,
    ssl_certificate: "/etc/falco/falco.pem",
  };
}

/** With `output_rule` Falco itself reports at every interval: the rule `Falco internal: metrics snapshot`, our heartbeat. */
function metrics({ heartbeat }: FalcoConfigurationInput, since044: boolean): JsonObject {
  return {
    enabled: true,
    interval: "1h",
    output_rule: heartbeat,
    output_file: "",
    rules_counters_enabled: true,
    resource_utilization_enabled: true,
    state_counters_enabled: true,
    kernel_event_counters_enabled: true,
    kernel_event_counters_per_cpu_enabled: false,
    libbpf_stats_enabled: true,
    plugins_metrics_enabled: true,
    ...(since044 && { kernel_iter_event_counters_enabled: true }),
    jemalloc_stats_enabled: false,
    convert_memory_to_mb: true,
    include_empty_values: false,
  };
}
