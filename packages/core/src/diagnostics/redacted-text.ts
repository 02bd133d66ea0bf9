const url = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>`]+/gi;
const userInformation = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i;
const secretParameter = /([?&;#][^=&;#]*(?:sig|token|secret|passw|pwd|credential|auth|key)[^=&;#]*=)[^&;#]*/gi;

/**
 * A text without what must not be seen of the URLs in it: user name and password, and the values of parameters whose names
 * tell of signatures, tokens, keys or passwords. Each is shown as `***`.
 */
export function redactedText(text: string): string {
  if (!text.includes("://")) return text;
  return text.replace(url, (found) => found.replace(userInformation, "$1***@").replace(secretParameter, "$1***"));
}
