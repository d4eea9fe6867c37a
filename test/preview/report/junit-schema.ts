import { readFileSync } from "node:fs";
import { join } from "node:path";
import { validateXML } from "xmllint-wasm";

const schema = readFileSync(join(import.meta.dirname, "..", "..", "fixtures", "junit.xsd"), "utf8");

/** What is wrong with JUnit XML by its schema, by libxml2; one start of it takes all documents. */
export async function junitProblems(documents: readonly string[]): Promise<string[]> {
  const { errors } = await validateXML({
    xml: documents.map((contents, index) => ({ fileName: `${index}.xml`, contents })),
    schema,
  });
  return errors.map(({ message }) => message);
}
