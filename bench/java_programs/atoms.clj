;; atoms.clj ROUNDS - an atom that holds a map, counted up by functions over lazy sequences, vectors
;; and strings. 0: for ever.
(def rounds (Long/parseLong (or (first *command-line-args*) "0")))

(def world (atom {:count 0 :words {} :recent []}))

(defn add [state i]
  (let [word (str "word" (mod (* i 7919) 1009))
        sum (reduce + (map #(* % %) (filter odd? (range 20))))]
    (-> state
        (update :count inc)
        (update-in [:words word] (fnil + 0) sum)
        (update :recent #(if (< (count %) 50) (conj % i) (vec (drop 10 %)))))))

(println "filled")
(let [start (System/nanoTime)]
  (loop [i 0]
    (when (or (zero? rounds) (< i rounds))
      (swap! world add i)
      (recur (inc i))))
  (println "worked" (quot (- (System/nanoTime) start) 1000000) "ms," (:count @world)
           (reduce + (vals (:words @world)))))
(shutdown-agents)
