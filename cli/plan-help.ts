/** What `gardener-falco help plan` says below the options. */
export const planHelp = `
SHOOTS are files with Shoots and Seeds: one, many, or a list as kubectl writes it ("-" for standard input).
--profile takes all FalcoProfiles that the landscape will have, --old-profile all that it has now. With both, the
plan tells what the change brings, what it prevents, and what happens anyway. Without --old-profile it tells all
that will happen, but nothing that the controller follows at once, as that needs a comparison.

RUNS is the version in the manifest, and "default" where it names none.
The plan tells what happens if nothing else changes, and when:
  at once             the controller follows the profile as soon as it sees it: images, rules, falcosidekick
  when it wakes up    the same, for a hibernated shoot
  a span of time      a random moment in the shoot's next maintenance window (less its last 15 minutes); "or a day
                      later" if that window has begun, so that its moment may have passed
  a moment            a version's expiration date, for what needs no maintenance
  when its manifest   the webhooks say so to whoever changes the manifest
  changes

Many clusters are told in groups; --all gives each a line, and --output json has everything (docs/plan.md).

Exit codes:
  0  no cluster is left without a usable version because of the change
  1  the new profiles have problems: the webhook would refuse them
  2  there was nothing to work with
  3  a cluster would be left without a usable version

Examples:
  $ kubectl get shoots,seeds -A -o json > clusters.json
  $ kubectl get falcoprofiles -o yaml > old.yaml
  $ gardener-falco plan --profile new.yaml --old-profile old.yaml clusters.json
  $ gardener-falco plan --profile new.yaml --now 2027-01-31T00:00:00Z shoot.yaml other-shoot.yaml`;
