import { type Stack, unproved, type Verdict } from "../../framework/index.ts";
import type { SecretReaders } from "../../model/adapter.ts";
import { pulumiCloud } from "../../model/tokens.ts";

/** Environments of Pulumi ESC: one that is given as a file is in the repository, or comes from somewhere else. */
export const documents = (stack: Stack): SecretReaders[] =>
  stack.ofType(pulumiCloud.environment).map((resource) => ({
    resource,
    verdict: (): Verdict => {
      const document = resource.at("yaml");
      const path = document.at("path");
      const at = path.exists ? path : document.at("uri");
      return (
        !at.exists ||
        unproved(
          at,
          `${resource.name} is read from ${at.string()}, which this policy does not get: a secret in it would be written in a file.`,
          'Let the program read the file and give its text, by new pulumi.asset.StringAsset(readFileSync(path, "utf8")), with secrets from settings.',
        )
      );
    },
  }));
