import { type JunitCase, junitSeconds, junitXml } from "../../lib/junit.ts";
import { attributes, text } from "../../lib/xml.ts";
import type { ItemResult, ProbeResult, Verification } from "../document.ts";
import { checkText } from "./text.ts";

/**
 * JUnit XML: a suite for each item, a case for each of its probes. What does not hold is a failure, what could not be
 * told an error, and what is waived, or may be unknown, is skipped.
 */
export function verificationJunit({ stack, items, probes, durationMs }: Verification): string {
  const suites = items.map((item) => {
    const own = probes.filter(({ name }) => item.probes.includes(name));
    const cases = own.length === 0 ? [withoutProbe(item)] : own.map((probe) => caseOf(probe, item));
    return { name: `${item.id} ${item.text}`, cases };
  });
  return junitXml(`optropic verify ${stack}`, suites, durationMs);
}

function caseOf(probe: ProbeResult, item: ItemResult): JunitCase {
  const { name, title, state, reason, message, declared, durationMs, waiver } = probe;
  const part = partOf(probe, item);
  const time = junitSeconds(durationMs);
  const open = `    <testcase${attributes({ classname: item.id, name, time, ...(declared && { file: declared.path, line: declared.line }) })}`;
  if (part === "passed") return { part, xml: `${open}/>` };
  const why = waiver === undefined ? [title, message] : [`Waived until ${waiver.until}: ${waiver.reason}`];
  const said = attributes({
    message: why.filter(Boolean).join(" "),
    ...(part !== "skipped" && { type: reason ?? state }),
  });
  const checks = probe.checks.filter((check) => check.state !== "holds").map(checkText);
  const content = part === "skipped" || checks.length === 0 ? "/>" : `>${text(checks.join("\n"))}</${part}>`;
  return { part, xml: `${open}>\n      <${part}${said}${content}\n    </testcase>` };
}

function partOf({ state }: ProbeResult, { allowed }: ItemResult): JunitCase["part"] {
  switch (state) {
    case "holds":
      return "passed";
    case "does-not-hold":
      return "failure";
    case "waived":
      return "skipped";
    case "unknown":
      return allowed ? "skipped" : "error";
    case "error":
      return "error";
  }
}

function withoutProbe({ id, allowed }: ItemResult): JunitCase {
  const part = allowed ? "skipped" : "error";
  const message = "No probe measures this item.";
  const said = attributes({ message, ...(part === "error" && { type: "no-probe" }) });
  const open = `    <testcase${attributes({ classname: id, name: "no probe" })}>`;
  return { part, xml: `${open}\n      <${part}${said}/>\n    </testcase>` };
}
