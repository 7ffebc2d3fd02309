// Loaded into the action before its own code: throws an uncaught error during the run.
const what = new Error("thrown where nobody catches it");
if (process.env.THROWN === "rejection") setTimeout(() => Promise.reject(what), 500);
else
  setTimeout(() => {
    throw what;
  }, 500);

export {};
