/** The version that `/healthz` tells. */
export const VERSION = "1.0.0";
