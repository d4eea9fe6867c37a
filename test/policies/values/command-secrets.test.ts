import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findCredential } from "../../../policies/model/secret-formats.ts";
import { commandSecrets } from "../../../policies/values/command-secrets.ts";
import { commandsIn } from "../../../policies/values/shell-words.ts";

describe("a command that holds a secret", () => {
  test.each([
    ["redis-cli -h cache -a hunter22 ping", "hunter22"],
    ["npm ci && redis-cli -ahunter22 ping", "hunter22"],
    ["mysql -u root -pS3cretW0rd app < seed.sql", "S3cretW0rd"],
    ["/usr/bin/mysqldump -pS3cretW0rd app", "S3cretW0rd"],
    ["mongosh --username root -p hunter22", "hunter22"],
    ["docker login -u optropic -p hunter22 && npm ci", "hunter22"],
    ["sshpass -p tr0ub4dor3 ssh deploy@db", "tr0ub4dor3"],
    ["sshpass -ptr0ub4dor3 ssh deploy@db", "tr0ub4dor3"],
    ["curl -fsS -u deploy:hunter22 https://hooks.example", "hunter22"],
    ["curl -udeploy:hunter22 https://hooks.example", "hunter22"],
    ["curl --user 'deploy:hunter 22' https://hooks.example", "hunter 22"],
    ["curl \\\n  --proxy-user=deploy:hunter22 https://hooks.example", "hunter22"],
    ["http -a deploy:hunter22 GET https://hooks.example", "hunter22"],
    ["openssl enc -d -in a -out b -pass pass:correcthorse", "correcthorse"],
    ["openssl enc -aes-256-cbc -k correcthorse -in a", "correcthorse"],
    ["keytool -list -storepass changeit", "changeit"],
    ["htpasswd -bc .htpasswd admin hunter22", "hunter22"],
    ["npm config set //registry.optropic.example/:_authToken 3f1c9a7e-8b2d", "3f1c9a7e-8b2d"],
    ["npm config set //registry.optropic.example/:_authToken=3f1c9a7e-8b2d", "3f1c9a7e-8b2d"],
    ["yarn config set npmAuthToken 3f1c9a7e-8b2d", "3f1c9a7e-8b2d"],
    ["npm ci --//registry.optropic.example/:_authToken=3f1c9a7e-8b2d", "3f1c9a7e-8b2d"],
    ["aws configure set aws_secret_access_key wJalrXUtnFEMI", "wJalrXUtnFEMI"],
    ["pulumi config set --secret dbPassword hunter22", "hunter22"],
    ["poetry config http-basic.internal deploy hunter22", "hunter22"],
    ["bundle config set gems.example deploy:hunter22", "hunter22"],
    ["mc alias set store https://s3.example ACCESS hunter22", "hunter22"],
    ["snyk auth 3f1c9a7e-8b2d-4c6f-9e0a-5d7b8c1f2a3e", "3f1c9a7e-8b2d-4c6f-9e0a-5d7b8c1f2a3e"],
    ["echo hunter22 | docker login -u optropic --password-stdin", "hunter22"],
    ["echo root:hunter22 | chpasswd", "hunter22"],
    ["sh -c 'redis-cli -a hunter22 ping'", "hunter22"],
  ])("%s", (command, secret) => {
    expect(findCredential(command)?.secret).toBe(secret);
  });
});

describe("a command that holds none", () => {
  test.each([
    "redis-cli -h $REDIS_HOST -a $REDIS_PASSWORD ping",
    'redis-cli -a "$REDIS_PASSWORD" ping',
    "mysql -u root -p app < seed.sql",
    "mysql -P 3306 -u root app",
    "docker run -p 8080:80 nginx",
    "mkdir -p dist/static && cp -a public dist",
    "ssh -p 2222 deploy@host",
    "grep -a needle haystack; sort -u words.txt",
    "curl -fsSL https://deb.optropic.example/setup_24.x",
    'curl -u "$USER:$PASSWORD" https://hooks.example',
    "npm config set registry https://registry.optropic.example/",
    "npm config set fund false && npm ci",
    "npm config set //registry.optropic.example/:_authToken=$NPM_TOKEN",
    "aws configure set default.region eu-central-1",
    "openssl dgst -sha256 -out digest file",
    "unzip -p archive.zip file.txt",
    'echo "PATH=$PWD/bin:$PATH" >> /PULUMI_ENV',
    'echo "$TOKEN" | docker login --password-stdin',
    "git config user.name optropic",
    "psql -p 5432 -U app",
    "az webapp up -p plan",
    "The API answers 401 where Authorization: is missing or Authorization: required",
  ])("%s", (command) => {
    expect(findCredential(command)).toBeUndefined();
  });
});

test("words survive quotes, whatever is in them", () => {
  const word = fc.string({ unit: "grapheme-ascii", maxLength: 20 }).filter((text) => !/['\\]/.test(text));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
      expect(commandsIn(words.map((text) => `'${text}'`).join(" "))).toEqual([words]);
    }),
  );
});

test("a text of any length is read in a moment", () => {
  expect(commandSecrets(`curl ${"-u a:".repeat(200_000)}`)).toEqual(expect.any(Array));
});
