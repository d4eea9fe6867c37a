import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { preview, renderPreview } from "../preview/index.ts";

/** A picture of the README: a preview of the production stack, as a terminal shows it. */
export interface Picture {
  /** Name of the file in this folder. */
  readonly file: string;
  /** The command line above what it prints. */
  readonly command: string;
  /** Settings that `--config` overrides. */
  readonly config: readonly string[];
}

export const pictures: readonly Picture[] = [
  { file: "preview-passes.svg", command: "npm run preview", config: [] },
  {
    file: "preview-fails.svg",
    command: "npx optropic preview --config edge.minTlsVersion=1.0",
    config: ["edge.minTlsVersion=1.0"],
  },
];

const csi = "\u001b[";
const colors = new Map([
  [`${csi}1m`, "font-weight:bold"],
  [`${csi}2m`, "opacity:0.6"],
  [`${csi}31m`, "fill:#ff7b72"],
  [`${csi}32m`, "fill:#7ee787"],
  [`${csi}33m`, "fill:#e3b341"],
]);

const width = 100;
const lineHeight = 18;
const characterWidth = 8.1;

/** Runs the preview and draws what it prints. */
export async function drawn({ command, config }: Picture): Promise<string> {
  const root = join(import.meta.dirname, "..");
  const document = await preview({
    cwd: root,
    stack: "production",
    policyPacks: [join(root, "policies")],
    config: [...config],
  });
  return svg(command, [`$ ${command}`, ...renderPreview(document, { color: true, width }).split("\n")]);
}

function svg(title: string, lines: readonly string[]): string {
  const height = lines.length * lineHeight + 32;
  const rows = lines.map(
    (line, index) => `<text x="16" y="${index * lineHeight + 30}" xml:space="preserve">${spans(line)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width * characterWidth + 32}" height="${height}" font-family="ui-monospace, 'DejaVu Sans Mono', monospace" font-size="13.5">
<title>${title}</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g fill="#e6edf3">
${rows.join("\n")}
</g>
</svg>
`;
}

function spans(line: string): string {
  const pieces = line.split(new RegExp(`(${csi.replace("[", "\\[")}\\d+m)`));
  const open: string[] = [];
  return pieces
    .map((piece) => {
      const style = colors.get(piece);
      if (style !== undefined) open.push(style);
      else if (piece.startsWith(csi)) open.pop();
      else if (piece !== "") {
        const text = piece.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
        return open.length === 0 ? text : `<tspan style="${open.join(";")}">${text}</tspan>`;
      }
      return "";
    })
    .join("");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const picture of pictures) {
    writeFileSync(join(import.meta.dirname, picture.file), await drawn(picture));
  }
}
