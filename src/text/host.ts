/** True if a connection to this host stays on this machine, on which a tunnel or a container can listen. */
export const isLoopback = (host = ""): boolean => /^(localhost|127(\.\d+){3}|::1)$/i.test(host);
