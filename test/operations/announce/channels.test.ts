import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Channel, keyDigest } from "../../../operations/announce/channel.ts";
import { mail } from "../../../operations/announce/mail.ts";
import type { Message } from "../../../operations/announce/message.ts";
import {
  grafanaAnnotation,
  pagerDutyChange,
  slack,
  statusPage,
} from "../../../operations/announce/webhooks.ts";
import { grafanaAlerts } from "../../../operations/release/grafana-alerts.ts";
import { NotDone } from "../../../operations/release/step.ts";
import { grafanaApiToken, type Receivers, startReceivers } from "./receivers.ts";

let receivers: Receivers;
beforeAll(async () => {
  receivers = await startReceivers();
});
afterAll(() => receivers.stop());
beforeEach(() => {
  receivers.received.length = 0;
  Object.assign(receivers, { answer: undefined, recipient: "250 ok", alerts: [], coverage: 1 });
  Object.assign(receivers, { firing: [], takes: undefined });
});

const { signal } = new AbortController();
const key = keyDigest("3.0.0/announcement/slack");
const message: Message = {
  ...{
    event: "deployed",
    subject: "optropic <3.0.0> & more\r\nBcc: other@optropic.example",
    version: "3.0.0",
  },
  paragraphs: ["It serves <script> & is watched.", "Second."],
  links: [{ title: "Notes | <all>", url: "https://github.com/optropic/platform/releases/tag/v3.0.0" }],
  ...{ stack: "production", at: new Date("2026-12-01T08:00:00Z") },
};

function channels(): Record<Exclude<Receivers["received"][number]["channel"], never>, Channel> {
  const { url, smtp } = receivers;
  return {
    slack: slack(`${url}/slack/canary-hook`),
    "status-page": statusPage(`${url}/status/canary-hook`),
    pagerduty: pagerDutyChange("canary-routing-key", url),
    grafana: grafanaAnnotation(url, grafanaApiToken),
    mail: mail("mail", { server: smtp, from: "releases@optropic.example", to: ["lead@optropic.example"] }),
  };
}

const names = ["slack", "status-page", "pagerduty", "grafana", "mail"] as const;
const overHttp = names.filter((name) => name !== "mail");

describe("a channel", () => {
  it.each(names)("%s takes a message once, and says so", async (name) => {
    const channel = channels()[name];
    await channel.deliver(message, key, signal);
    expect(receivers.received).toHaveLength(1);
    expect(receivers.received[0]).toMatchObject({ channel: name, text: expect.stringContaining("optropic") });
  });

  it("to Slack escapes what Slack would obey, and keeps its links", async () => {
    await channels().slack.deliver(message, key, signal);
    const { text } = JSON.parse(receivers.received[0]?.text ?? "");
    expect(text).toContain("&lt;script&gt; &amp; is watched.");
    expect(text).toMatch(/<https:\/\/github\.com\/[^|]*\|Notes \| &lt;all&gt;>/);
  });

  it("to a status page has the key by which a repeated event is known", async () => {
    await channels()["status-page"].deliver(message, key, signal);
    expect(receivers.received[0]?.headers["idempotency-key"]).toBe(key);
  });

  it("by mail lets no subject become a header, and has the key in its Message-ID", async () => {
    await channels().mail.deliver(message, key, signal);
    const text = receivers.received[0]?.text ?? "";
    expect(text).not.toMatch(/^bcc:/im);
    expect(text).toContain(`<${key}@optropic.example>`);
  });

  it("at Grafana can be asked whether the message arrived", async () => {
    const { grafana } = channels();
    expect(await grafana.find?.(key, signal)).toEqual({ state: "not-done" });
    await grafana.deliver(message, key, signal);
    expect(await grafana.find?.(key, signal)).toMatchObject({ state: "done" });
    expect(await grafana.find?.(`${key}0`, signal)).toEqual({ state: "not-done" });
  });

  it.each(overHttp)(
    "%s tells a refusal, which may be repeated, from an answer that was lost",
    async (name) => {
      const channel = channels()[name];
      receivers.answer = { status: 403, keeps: false };
      await expect(channel.deliver(message, key, signal)).rejects.toThrow(NotDone);
      for (const status of [500, 0]) {
        receivers.answer = { status, keeps: true };
        const error = await channel
          .deliver(message, key, signal)
          .then(undefined, (thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(NotDone);
        expect(String(error)).not.toContain("canary");
      }
    },
  );

  it.each([
    [slack, '{"ok":false,"error":"channel_is_archived"}'],
    [statusPage, "<!DOCTYPE html><title>Sign in</title>"],
    [slack, '{"success":false}'],
    [statusPage, '{"error":"name is missing"}'],
    [statusPage, '{"status":"failed"}'],
  ])("%o believes no 200 with %s", async (channel, body) => {
    const to = channel(`${receivers.url}/${channel === slack ? "slack" : "status"}/canary-hook`);
    receivers.answer = { status: 200, keeps: false, body };
    await expect(to.deliver(message, key, signal)).rejects.toThrow(NotDone);
    for (const taken of ["ok", '{"ok":true}', '{"success":true,"errors":[]}', "1", ""]) {
      receivers.answer = { status: 200, keeps: true, body: taken };
      await to.deliver(message, key, signal);
    }
  });

  it("by mail names the recipients that the server refused of several", async () => {
    const to = ["lead@optropic.example", "gone@optropic.example"];
    const both = mail("mail", { server: receivers.smtp, from: "releases@optropic.example", to });
    receivers.recipient = "550 unknown";
    receivers.takes = "lead@";
    expect(await both.deliver(message, key, signal)).toEqual({
      summary: expect.stringContaining("1 of 2 people, and refused gone@optropic.example"),
      note: { untold: "gone@optropic.example" },
    });
  });

  it("by mail tells a refused recipient from an answer that was lost", async () => {
    receivers.recipient = "550 canary-mailbox unknown";
    const error = await channels()
      .mail.deliver(message, key, signal)
      .then(undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotDone);
    expect(String(error)).not.toContain("canary");
  });

  it("that was never reached has delivered nothing", async () => {
    const gone = await startReceivers();
    await gone.stop();
    const nowhere = [slack(`${gone.url}/slack/hook`), statusPage(`${gone.url}/status/hook`)];
    for (const channel of nowhere) {
      await expect(channel.deliver(message, key, signal)).rejects.toThrow(NotDone);
    }
  });

  it("says which variable it lacks", () => {
    expect([
      slack(undefined).missing,
      statusPage(undefined).missing,
      pagerDutyChange(undefined).missing,
      grafanaAnnotation(receivers.url, undefined).missing,
      mail("mail", { server: undefined, from: "a@optropic.example", to: [] }).missing,
    ]).toEqual([
      "ANNOUNCE_SLACK_WEBHOOK_URL",
      "ANNOUNCE_STATUS_WEBHOOK_URL",
      "ANNOUNCE_PAGERDUTY_ROUTING_KEY",
      "GRAFANA_AUTH",
      "ANNOUNCE_SMTP_URL",
    ]);
  });
});

describe("the alerts of a Grafana stack", () => {
  const [from, to] = [new Date("2026-12-01T08:00:00Z"), new Date("2026-12-02T08:00:00Z")];
  const alertsOf = (token: string | undefined = grafanaApiToken) =>
    grafanaAlerts({ url: receivers.url, dataSource: "prometheus", token, intervalSeconds: 60 });

  it("are those that fired in the time, each once", async () => {
    const time = from.getTime() + 1000;
    receivers.alerts = [
      { alertName: "High latency", newState: "Alerting", time },
      { alertName: "High latency", newState: "Alerting (NoData)", time: time + 1000 },
      { alertName: "High latency", newState: "Normal", time: time + 2000 },
      { alertName: "Long ago", newState: "Alerting", time: from.getTime() - 1 },
    ];
    expect(await alertsOf().fired(from, to, signal)).toEqual(["High latency"]);
  });

  it("are also those that fired before the time, whether they ended in it or fire still", async () => {
    const time = from.getTime() + 1000;
    receivers.alerts = [{ alertName: "Ended", prevState: "Alerting", newState: "Normal", time }];
    receivers.firing = ["Fires on"];
    expect(await alertsOf().fired(from, to, signal)).toEqual(["Ended", "Fires on"]);
  });

  it("are none only where there was data to alert on all the time", async () => {
    expect(await alertsOf().fired(from, to, signal)).toEqual([]);
    for (const coverage of [0, 0.5]) {
      receivers.coverage = coverage;
      expect(await alertsOf().fired(from, to, signal)).toBeUndefined();
    }
  });

  it("are unknown without a token, and with one that is refused", async () => {
    const without = grafanaAlerts({
      url: receivers.url,
      dataSource: "p",
      token: undefined,
      intervalSeconds: 60,
    });
    await expect(without.fired(from, to, signal)).rejects.toThrow(/GRAFANA_AUTH is not set/);
    await expect(alertsOf("canary-other").fired(from, to, signal)).rejects.toThrow(/answered 401/);
  });
});
