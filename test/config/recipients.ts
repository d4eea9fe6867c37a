/** Public keys of age that nobody has the private keys of. */
export const recipients = [
  "age1fth7xhlhreew68mwz00yxlc3y9620pudvkm3ufrkz5jc75f2q46se4x2ds",
  "age1umnh4apyuazq4fj7s8ytjhg8hcp6qczjagv24m5zdfmk9t5t4q2sqjs6gd",
  "age1zg5yjvuvshap5gxhws6pqc3krpq566phhx55hacgy4krk80ayvpsjr3jsj",
] as const;
