import { setFlagsFromString } from "node:v8";

/**
 * Node lets its heap grow to several times of what is in use before it looks for what can go. For a program that mostly waits that is memory for
 * nothing: measured with 1,000 shoots, 169 MB instead of 324 MB are resident, for a few percent more CPU time. Imported first, before there is a heap
 * to speak of.
 */
setFlagsFromString("--optimize-for-size");
