/**
 * What is taken out of a domain's realm before lockdown freezes the rest. A resizable buffer grows without allocating anything that the statistics of V8 show, so the quota would not see it: buffers keep the size
 * that they were made with.
 *
 * Must be imported before SES.
 */
for (const name of ['resize', 'resizable', 'maxByteLength', 'transfer', 'transferToFixedLength']) Reflect.deleteProperty(ArrayBuffer.prototype, name);
