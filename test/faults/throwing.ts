// Loaded into the action before its own code: throws where nobody catches it, once the run is under way.
const what = new Error("thrown where nobody catches it");
if (process.env.THROWN === "rejection") setTimeout(() => Promise.reject(what), 500);
else
  setTimeout(() => {
    throw what;
  }, 500);

export {};
