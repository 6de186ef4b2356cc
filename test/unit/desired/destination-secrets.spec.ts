import { expect } from "chai";
import fc from "fast-check";
import {
  isSecretDestination,
  readDestinationSecret,
  type SecretDestination,
} from "../../../falco/desired/destination-secrets.ts";
import { keyAt } from "../../../falco/desired/output-settings.ts";
import { problemsOf, secret, valueOf } from "./samples.ts";

const required = {
  custom: { address: "https://a.example.org" },
  opensearch: { hostport: "https://a.example.org:9200" },
  splunk: { host: "https://a.example.org", token: "hunter2" },
} as const;
const sections = { custom: "webhook", opensearch: "elasticsearch", splunk: "splunk" } as const;

const read = (destination: SecretDestination, values: Readonly<Record<string, string>>) =>
  readDestinationSecret(destination, secret("mine", { ...required[destination], ...values }));

describe("falco/desired/destination-secrets", () => {
  it("knows the destinations that have one", () => {
    const names = ["custom", "opensearch", "splunk", "logging", "constructor", "toString", "__proto__"];
    expect(names.filter(isSecretDestination)).to.deep.equal(["custom", "opensearch", "splunk"]);
  });

  const keys: readonly (readonly [SecretDestination, string, string, string, unknown])[] = [
    ["custom", "method", "PUT", "method", "PUT"],
    ["custom", "customheaders", "A:b,C: d:e", "customheaders", { A: "b", C: "d:e" }],
    ["custom", "customHeaders", 'A: "b, c"\nC: d\n', "customheaders", { A: "b, c", C: "d" }],
    ["custom", "checkcerts", "false", "checkcert", false],
    ["custom", "checkcert", "True", "checkcert", true],
    ["custom", "address", " https://b.example.org\n", "address", "https://b.example.org"],
    ["opensearch", "index", "events", "index", "events"],
    ["opensearch", "suffix", "monthly", "suffix", "monthly"],
    ["opensearch", "username", "me", "username", "me"],
    ["opensearch", "password", "hunter2 \n", "password", "hunter2"],
    ["opensearch", "checkcert", "true", "checkcert", true],
    ["opensearch", "minimumpriority", "notice", "minimumpriority", "notice"],
    ["opensearch", "numberofshards", "5", "numberofshards", 5],
    ["opensearch", "numberofreplicas", " 0 ", "numberofreplicas", 0],
    ["opensearch", "flattenfields", "true", "flattenfields", true],
    ["opensearch", "createindextemplate", "false", "createindextemplate", false],
    ["opensearch", "customheaders", "A:b", "customheaders", { A: "b" }],
    ["splunk", "token", "hunter2\n", "token", "hunter2"],
    ["splunk", "checkcert", "false", "checkcert", false],
    ["splunk", "minimumpriority", "debug", "minimumpriority", "debug"],
    ["splunk", "customheaders", "'X-A': 'b'\nX-C: d", "customheaders", { "'X-A'": "b", "X-C": "d" }],
  ];
  for (const [destination, key, text, setting, value] of keys) {
    it(`${destination}: ${key} is ${setting}`, () => {
      const path = `${sections[destination]}.${setting}`;
      expect(valueOf(read(destination, { [key]: text })).get(path)).to.deep.equal(value);
      expect(keyAt(path)).not.to.equal(undefined);
    });
  }

  it("takes stringData as well, over data", () => {
    const given = { ...secret("mine", required.custom), stringData: { address: "https://c.example.org" } };
    expect([...valueOf(readDestinationSecret("custom", given))]).to.deep.equal([
      ["webhook.address", "https://c.example.org"],
    ]);
  });

  const bad: readonly (readonly [SecretDestination, Readonly<Record<string, string>>, string])[] = [
    ["custom", { adress: "hunter2" }, 'has the unknown key "adress". Did you mean "address"?'],
    [
      "custom",
      { whatever: "hunter2" },
      'has the unknown key "whatever". Known keys: address, method, customheaders, checkcert, checkcerts.',
    ],
    ["custom", { constructor: "hunter2" }, 'has the unknown key "constructor". Known keys:'],
    ["custom", { address: "hunter2" }, 'has no URL under "address". Write it with https:// or http://.'],
    ["custom", { address: " " }, 'needs the key "address" for the destination "custom".'],
    ["custom", { method: "hunter2" }, 'has a bad "method". This must be one of POST, PUT.'],
    ["custom", { customheaders: "hunter2" }, 'has a bad "customheaders". This must be a mapping of names without dots'],
    [
      "custom",
      { customheaders: "a.b:hunter2" },
      'has a bad "customheaders". This must be a mapping of names without dots',
    ],
    ["custom", { checkcerts: "hunter2" }, 'has a bad "checkcerts". This must be true or false.'],
    ["opensearch", { hostport: "hunter2:9200" }, 'has no URL under "hostport".'],
    ["opensearch", { numberofshards: "hunter2" }, 'has a bad "numberofshards". This must be a whole number.'],
    ["opensearch", { numberofshards: "1.5" }, 'has a bad "numberofshards". This must be a whole number.'],
    ["opensearch", { suffix: "hunter2" }, 'has a bad "suffix". This must be one of daily, monthly, annually, none.'],
    [
      "opensearch",
      { minimumpriority: "info" },
      'has a bad "minimumpriority". This must be one of emergency, alert, critical, error, warning, notice, informational, debug.',
    ],
    ["opensearch", { apikey: "hunter2" }, 'has the unknown key "apikey".'],
    ["splunk", { token: "" }, 'needs the key "token" for the destination "splunk".'],
    ["splunk", { host: "ftp://hunter2" }, 'has no URL under "host".'],
  ];
  for (const [destination, values, message] of bad) {
    it(`${destination}: refuses ${JSON.stringify(values)}`, () => {
      const problems = problemsOf(read(destination, values));
      expect(problems).to.have.length(1);
      expect(problems[0]).to.include({ code: "SECRET_INVALID", path: "" });
      expect(problems[0]?.message).to.include(`The Secret "mine" ${message}`);
    });
  }

  it("reports everything that is missing and wrong at once", () => {
    const problems = problemsOf(readDestinationSecret("splunk", secret("mine", { hosts: "x", checkcert: "x" })));
    expect(problems.map(({ message }) => message.slice('The Secret "mine" '.length, 50))).to.deep.equal(
      [
        'needs the key "host" for the dest',
        'needs the key "token" for the des',
        'has the unknown key "hosts". Did ',
        'has a bad "checkcert". This must ',
      ].map((text) => text.slice(0, 32)),
    );
    expect(problemsOf(readDestinationSecret("custom", { metadata: {} }))).to.have.length(1);
  });

  it("calls a Secret what its owner calls it, where what is read is a copy", () => {
    const [problem] = problemsOf(readDestinationSecret("custom", secret("ref-mine", {}), "mine"));
    expect(problem?.message).to.include('The Secret "mine" needs').and.not.include("ref-");
  });

  it("never says what a Secret holds, and never throws", () => {
    const known = [
      "address",
      "method",
      "customheaders",
      "checkcert",
      "hostport",
      "suffix",
      "numberofshards",
      "token",
      "x",
    ];
    const value = fc.string().map((text) => `hunter2${text}`);
    fc.assert(
      fc.property(
        fc.constantFrom("custom", "opensearch", "splunk"),
        fc.dictionary(fc.constantFrom(...known), value),
        (name, values) => {
          const result = readDestinationSecret(name, secret("mine", values));
          if (!result.ok) expect(JSON.stringify(result.problems)).not.to.include("hunter2");
        },
      ),
    );
  });
});
