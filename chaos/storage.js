/** Everything that lies in the phone's database, read without any of the application's code. */
() =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open("apk-outbox");
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => database.close();
      const names = ["records", "photos", "pauses", "phone"].filter((name) => database.objectStoreNames.contains(name));
      if (names.length === 0) {
        database.close();
        resolve({ records: [], photos: [], pauses: [], phone: [] });
        return;
      }
      const transaction = database.transaction(names);
      const reads = names.map((name) => [name, transaction.objectStore(name).getAll()]);
      transaction.oncomplete = () => {
        database.close();
        resolve(Object.fromEntries(reads.map(([name, read]) => [name, read.result])));
      };
      transaction.onerror = () => reject(transaction.error);
    };
  })
