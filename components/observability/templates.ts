import { MessageTemplate } from "@pulumi/grafana/alerting/messageTemplate.js";
import type { ObservabilityScope } from "./args.ts";

/** Parts of a message, each a template of Grafana's alerting (Go's text/template). */
const parts = {
  title: `{{ if .Alerts.Firing }}{{ or .CommonLabels.severity "alert" | toUpper }}{{ else }}RESOLVED{{ end }}: {{ .CommonLabels.alertname }}{{ if .CommonLabels.host }} on {{ .CommonLabels.host }}{{ end }}{{ if gt (len .Alerts) 1 }} ({{ len .Alerts.Firing }} firing, {{ len .Alerts.Resolved }} resolved){{ end }}`,
  text: `{{ range .Alerts.Firing }}{{ template "optropic.alert" . }}{{ end }}{{ range .Alerts.Resolved }}Resolved: {{ template "optropic.alert" . }}{{ end }}`,
  alert: `{{ .Annotations.summary }}
{{ .Annotations.description }}
Owner: {{ .Labels.owner }}. Since {{ .StartsAt }}.
Runbook: {{ .Annotations.runbook_url }}
Dashboard: {{ .Annotations.dashboard_url }}{{ if .SilenceURL }}
Silence: {{ .SilenceURL }}{{ end }}

`,
} as const;

/** The messages of all contact points: what is wrong, who owns it, where to look, and what to do. */
export function createTemplates(scope: ObservabilityScope): MessageTemplate {
  return new MessageTemplate(
    ...scope.child("messages", {
      name: "optropic",
      template: Object.entries(parts)
        .map(([part, text]) => `{{ define "optropic.${part}" }}${text}{{ end }}`)
        .join("\n"),
    }),
  );
}

/** The text of a contact point's field that Grafana fills with a part of the templates. */
export function templateOf(part: keyof typeof parts): string {
  return `{{ template "optropic.${part}" . }}`;
}
