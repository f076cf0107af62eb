/** How the examples begin. No code. */
export const CURL = `curl -H "Authorization: Bearer $API_TOKEN"`;
