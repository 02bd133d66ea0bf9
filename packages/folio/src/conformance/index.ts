export type { OpenedRemote, OpenStorage, RemoteConformanceOptions } from "./conformance-options.js";
export { type RemoteConformanceTest, remoteConformanceTests } from "./remote-conformance-tests.js";
export { type TestRemoteStorageOptions, type TestRunner, testRemoteStorage } from "./test-remote-storage.js";
