export { type ConformanceFailure, type ConformanceReport, checkConformance } from "./check-conformance.js";
export type { ConformanceOptions, MakeBackend } from "./conformance-options.js";
export { type ConformanceTest, conformanceTests } from "./conformance-tests.js";
export { type TestBackendOptions, type TestRunner, testBackend } from "./test-backend.js";
