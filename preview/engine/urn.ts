/**
 * URNs and provider names as Pulumi's engine makes them
 * (https://www.pulumi.com/docs/iac/concepts/resources/names/#urns).
 */

export const rootStackType = "pulumi:pulumi:Stack";

/** The parent's qualified type comes first, joined by `$`, unless the parent is the stack or absent. */
export function makeUrn(resource: {
  stack: string;
  project: string;
  type: string;
  name: string;
  parent?: string | undefined;
}): string {
  const parentType = resource.parent ? qualifiedTypeOf(resource.parent) : "";
  const type =
    parentType === "" || parentType === rootStackType ? resource.type : `${parentType}$${resource.type}`;
  return `urn:pulumi:${resource.stack}::${resource.project}::${type}::${resource.name}`;
}

/**
 * @param what it is of, for the error
 * @throws {Error} for a text that is no URN; an empty one is none at all, and is refused where one must be
 */
export function checkUrn(text: string, what: string, required = false): void {
  if (text === "" && !required) return;
  if (text.startsWith("urn:pulumi:") && text.split("::").length > 3) return;
  throw new Error(`${what} is not a URN: ${JSON.stringify(text)}`);
}

/** The types of a URN's resource and its ancestors, joined by `$`. */
export function qualifiedTypeOf(urn: string): string {
  return urn.split("::")[2] ?? "";
}

/** The resource's name, which may itself hold `::`. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

export function typeOf(urn: string): string {
  return qualifiedTypeOf(urn).split("$").at(-1) ?? "";
}

/** A provider's type, `pulumi:providers:<package>`, or undefined for any other type. */
export function providedPackage(type: string): string | undefined {
  return type.startsWith("pulumi:providers:") ? type.slice("pulumi:providers:".length) : undefined;
}

/** The package of a custom resource's or a function's token, `package:module:Name`. */
export function packageOf(token: string): string {
  return token.split(":")[0] ?? "";
}

/** A custom resource's type is `package:module:Name`, and the module may be empty. */
export function isTypeToken(type: string): boolean {
  const [pkg, module, name, ...rest] = type.split(":");
  return Boolean(pkg) && module !== undefined && Boolean(name) && rest.length === 0;
}

/** A provider that the engine makes because no resource names one: named after version and download address. */
export function defaultProviderName(version: string, downloadUrl: string): string {
  const ofVersion = version === "" ? "" : `_${version.replaceAll(/[.+-]/g, "_")}`;
  const ofUrl =
    downloadUrl === ""
      ? ""
      : `_${downloadUrl
          .split("/")
          .filter((part) => part !== "")
          .map((part) => part.replaceAll(/[^A-Za-z0-9_.-]/g, "_"))
          .join("/")}`;
  return `default${ofVersion}${ofUrl}`;
}

/** True for a provider that the engine made by itself. */
export function isDefaultProvider(urn: string): boolean {
  return providedPackage(typeOf(urn)) !== undefined && /^default(_|$)/.test(nameOf(urn));
}

/** True for a resource that the program declares itself: for all but providers that the engine made. */
export function isDeclared({ urn }: { urn: string }): boolean {
  return !isDefaultProvider(urn);
}

/** True for what a policy says of the stack as a whole. */
export function isAboutStack(urn: string): boolean {
  return urn === "" || typeOf(urn) === rootStackType;
}

/** As Pulumi shows a type: `random:index/randomPassword:RandomPassword` without the part that its name repeats. */
export function shortType(type: string): string {
  const [pkg, module = "", name = ""] = type.split(":");
  const [folder, file] = module.split("/");
  const repeats = file !== undefined && file === `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  return repeats ? `${pkg}:${folder}:${name}` : type;
}
