/** An error whose message is meant for the person at the terminal: shown without a stack. */
export class UserError extends Error {
  constructor(message) {
    super(message);
    this.userMessage = message;
  }
}
