/**
 * How the examples begin. The file has the header with the token: on the command line, every user of the
 * machine could read it. No code.
 */
export const CURL = "curl -H @api.token";
