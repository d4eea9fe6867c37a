import { known, type Resource, type Stack } from "../framework/index.ts";

/**
 * What deploys a service when its image is pushed: a webhook that calls its deploy hook, or the secret by which a
 * workflow does. Of several services with images, a name or the dependency says whose it is.
 */
export function deployHookOf(stack: Stack, service: Resource): Resource | undefined {
  return stack.all().find((resource) => {
    const inputs = resource.at().as<HookArgs>();
    const name = known(() => inputs.at("secretName").string() ?? inputs.at("variableName").string());
    const url = known(() => inputs.at("url").string() ?? inputs.at("configuration", "url").string());
    const isHook =
      /deploy_?hook/i.test(name ?? "") ||
      (/webhook/i.test(resource.type) &&
        /webhook|deploy-?hook/i.test(`${resource.type} ${resource.name}`) &&
        calls(url));
    return isHook && (resource.dependencies.includes(service) || isAlone(stack, service));
  });
}

/** A secret or a variable of GitHub's, or a webhook of whichever vendor. */
interface HookArgs {
  secretName?: string;
  variableName?: string;
  url?: string;
  configuration?: { url?: string };
}

/** A service of Render's. */
interface ImageArgs {
  runtimeSource?: { image?: object };
}

/** Unknown addresses are made from something that only the deployment knows, such as the service. */
const calls = (url: string | undefined): boolean =>
  url === undefined || /^https:\/\/api\.render\.com\/deploy\//.test(url);

const isAlone = (stack: Stack, { type }: Resource): boolean =>
  stack
    .all()
    .filter(
      (one) =>
        one.type === type &&
        known(() => one.at().as<ImageArgs>().at("runtimeSource", "image").exists) === true,
    ).length === 1;
