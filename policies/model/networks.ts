/** Whether a network is all of them. */
export const isEverywhere = (network: string): boolean => /\/0+$/.test(network.trim());
