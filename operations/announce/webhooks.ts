import * as z from "zod";
import { parseJson } from "../../lib/json.ts";
import { shortened } from "../../lib/text.ts";
import { type Channel, hand, send, textOf } from "./channel.ts";
import { type Message, messageText } from "./message.ts";

function posted(body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

/** An incoming webhook of Slack: https://api.slack.com/messaging/webhooks */
export function slack(url: string | undefined): Channel {
  return {
    name: "slack",
    does: "Posts to the Slack channel of the webhook",
    missing: url === undefined ? "ANNOUNCE_SLACK_WEBHOOK_URL" : undefined,
    async deliver(message, _key, signal) {
      const links = message.links.map(({ title, url: target }) => `<${target}|${escaped(title)}>`);
      const paragraphs = message.paragraphs.map(escaped);
      // Slack cuts a text at 40,000 characters.
      const text = [`*${escaped(message.subject)}*`, ...paragraphs, links.join(" · ")].join("\n\n");
      await hand(new URL(url ?? ""), posted({ text: shortened(text, 30_000) }), signal);
      return { summary: "Slack took the message" };
    },
  };
}

/** https://docs.slack.dev/messaging/formatting-message-text: these three, and no others. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A webhook that a status page or an automation of it offers. */
export function statusPage(url: string | undefined): Channel {
  return {
    name: "status-page",
    does: "Posts the event to the status page's webhook",
    missing: url === undefined ? "ANNOUNCE_STATUS_WEBHOOK_URL" : undefined,
    async deliver(message, key, signal) {
      const { event, subject, version, stack, at, links } = message;
      const body = {
        event,
        title: subject,
        text: messageText(message),
        version,
        stack,
        at: at.toISOString(),
        links,
      };
      await hand(new URL(url ?? ""), posted(body, { "idempotency-key": key }), signal);
      return { summary: "The status page took the event" };
    },
  };
}

/** A change event: https://developer.pagerduty.com/docs/send-change-events */
export function pagerDutyChange(
  routingKey: string | undefined,
  base = "https://events.pagerduty.com",
): Channel {
  return {
    name: "pagerduty",
    does: "Sends a change event to PagerDuty",
    missing: routingKey === undefined ? "ANNOUNCE_PAGERDUTY_ROUTING_KEY" : undefined,
    async deliver({ subject, at, stack, version, event, links }, key, signal) {
      const body = {
        routing_key: routingKey,
        payload: {
          summary: shortened(subject, 1000),
          timestamp: at.toISOString(),
          source: stack,
          custom_details: { version, event, key },
        },
        links: links.map(({ title, url }) => ({ href: url, text: title })),
      };
      await hand(new URL("/v2/change/enqueue", base), posted(body), signal);
      return { summary: "PagerDuty took the change event" };
    },
  };
}

const annotations = z.array(z.object({ id: z.number(), tags: z.array(z.string()).nullish() })).max(1000);

/** An annotation: https://grafana.com/docs/grafana/latest/developers/http_api/annotations/ It can be found again. */
export function grafanaAnnotation(url: string, token: string | undefined): Channel {
  const headers = { authorization: `Bearer ${token}` };
  return {
    name: "grafana",
    does: "Marks the moment on Grafana's dashboards",
    missing: token === undefined ? "GRAFANA_AUTH" : undefined,
    async find(key, signal) {
      const target = new URL("api/annotations", withSlash(url));
      target.searchParams.set("tags", key);
      const found = annotations.parse(parseJson(await textOf(await send(target, { headers }, signal))));
      return found.some(({ tags }) => tags?.includes(key) === true)
        ? { state: "done", done: { summary: "Grafana has the annotation" } }
        : { state: "not-done" };
    },
    async deliver(message: Message, key, signal) {
      const { event, version, at } = message;
      const body = {
        time: at.getTime(),
        tags: ["optropic", event, version, key],
        text: shortened(`${message.subject}\n${messageText(message)}`, 4000),
      };
      const target = new URL("api/annotations", withSlash(url));
      await hand(target, posted(body, headers), signal);
      return { summary: "Grafana has the annotation" };
    },
  };
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
