/** The oldest Node that Larder runs on: [major, minor]. The same as `engines.node` in every package.json. */
export const oldestNode = [20, 19];

/**
 * Is this Node new enough? Says so on stderr when it is not.
 *
 * @param {string} version - as in `process.versions.node`
 * @returns {boolean}
 */
export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return true;
  process.stderr.write(
    `Larder needs Node ${oldestNode.join(".")} or later, and this is Node ${version}. ` +
      "Install a newer Node (https://nodejs.org, or `nvm install 20`) and run the command again.\n",
  );
  return false;
}
