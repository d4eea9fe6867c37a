import { loadSettings } from "./config/load.ts";
import { loadSecrets } from "./config/secrets.ts";
import { platform, secretsOf } from "./platform.ts";

const settings = loadSettings();

// Pulumi takes the properties of a default export as the outputs of the stack.
export default platform(settings, loadSecrets(secretsOf(settings)));
