#!/usr/bin/env node
// For this repository: it is here before anything is built, so that it can be linked while packages are installed.
import "../dist/larder.js";
