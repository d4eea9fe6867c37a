import { Counter, Gauge, Histogram, Registry } from "prom-client";
import {
  contract,
  type Host,
  type LabelOf,
  type MetricName,
  type SeriesOfType,
} from "../../../metrics/contract.ts";

type Contracted<Type extends "counter" | "gauge" | "histogram"> = MetricName & SeriesOfType<Type>;
type OwnLabels<Name extends MetricName> = { readonly [L in Exclude<LabelOf<Name>, "host">]: string };

/** Every series of the contract, as one host exports it with prom-client. */
export class Exporter {
  readonly registry = new Registry();
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    for (const [name, metric] of Object.entries(contract)) {
      const options = {
        name,
        help: metric.help,
        labelNames: [...metric.labels],
        registers: [this.registry],
      };
      if (metric.type === "counter") new Counter(options);
      else if (metric.type === "gauge") new Gauge(options);
      else new Histogram({ ...options, buckets: [...metric.buckets] });
    }
  }

  count<Name extends Contracted<"counter">>(name: Name, labels: OwnLabels<Name>, by = 1): void {
    const metric = this.registry.getSingleMetric(name);
    if (metric instanceof Counter) metric.inc(this.#labels(name, labels), by);
  }

  set<Name extends Contracted<"gauge">>(name: Name, labels: OwnLabels<Name>, value: number): void {
    const metric = this.registry.getSingleMetric(name);
    if (metric instanceof Gauge) metric.set(this.#labels(name, labels), value);
  }

  observe<Name extends Contracted<"histogram">>(name: Name, labels: OwnLabels<Name>, seconds: number): void {
    const metric = this.registry.getSingleMetric(name);
    if (metric instanceof Histogram) metric.observe(this.#labels(name, labels), seconds);
  }

  #labels(name: MetricName, own: Readonly<Record<string, string>>): Record<string, string> {
    const hosted = contract[name].labels.some((label) => label === "host");
    return hosted ? { ...own, host: this.#host } : { ...own };
  }
}
