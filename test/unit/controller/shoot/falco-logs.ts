/** What Falco prints at its start, in the form of 0.42 to 0.44 with ISO times. */
export const beginning = `2026-11-21T10:00:00.000000000+0000: Falco version: 0.43.0 (x86_64)
2026-11-21T10:00:00.000000000+0000: Falco initialized with configuration files:
2026-11-21T10:00:00.000000000+0000:    /etc/falco/falco.yaml | schema validation: ok
2026-11-21T10:00:00.000000000+0000: System info: Linux version 6.6.1
2026-11-21T10:00:00.000000000+0000: Loading plugin 'container' from file /usr/share/falco/plugins/libcontainer.so
2026-11-21T10:00:00.000000000+0000: Loading rules from:
`;

/** A custom file with a mapping where none may be. */
export const brokenYaml = `${beginning}2026-11-21T10:00:00.000000000+0000:    /etc/falco/rules.d/10000-mine.yaml
Error: /etc/falco/rules.d/10000-mine.yaml: Invalid
1 Errors:
In rules content: (/etc/falco/rules.d/10000-mine.yaml:0:0)
------
- rule: a: b
           ^
------
LOAD_ERR_YAML_PARSE (YAML parse error): yaml-cpp: error at line 3, column 8: illegal map value

`;

/** A rule whose output names a field that there is not. */
export const brokenOutput = `${beginning}Error: /etc/falco/rules.d/10000-mine.yaml: Invalid
1 Errors:
In rules content: (/etc/falco/rules.d/10000-mine.yaml:0:0)
    rule 'Mine': (/etc/falco/rules.d/10000-mine.yaml:122:2)
    rule output: (/etc/falco/rules.d/10000-mine.yaml:125:10)
------
  output: Something happened (name=%container.nme)
          ^
------
LOAD_ERR_COMPILE_OUTPUT (Error compiling output): invalid formatting token container.nme
`;

/** A condition that names a field that there is not, in a file that Falco warns of, too. */
export const withWarnings = `${beginning}Error: /etc/falco/shoot-custom-rules/mine/a.yaml: Invalid
1 Errors:
In rules content: (/etc/falco/shoot-custom-rules/mine/a.yaml:0:0)
    rule 'Mine': (/etc/falco/shoot-custom-rules/mine/a.yaml:3:2)
    rule condition: (/etc/falco/shoot-custom-rules/mine/a.yaml:4:13)
    condition expression: ("proc.nam = "sh" a..."":1:0)
------
proc.nam = "sh" and evt.type = execve
^
------
LOAD_ERR_COMPILE_CONDITION (Error compiling condition): filter_check called with nonexistent field proc.nam

1 Warnings:
In rules content: (/etc/falco/shoot-custom-rules/mine/a.yaml:0:0)
    list 'unused': (/etc/falco/shoot-custom-rules/mine/a.yaml:0:2)
------
- list: unused
  ^
------
LOAD_UNUSED_LIST (Unused list): List not referred to by any other rule/macro
`;

/** A node whose kernel has no type information. */
export const kernelTooOld = `${beginning}2026-11-21T10:00:00.000000000+0000: Opening 'syscall' source with modern BPF probe.
libbpf: failed to find valid kernel BTF
2026-11-21T10:00:00.000000000+0000: An error occurred in an event source, forcing termination...
Events detected: 0
Rule counts by severity:
Triggered rules by rule name:
Error: Initialization issues during scap_init
`;
